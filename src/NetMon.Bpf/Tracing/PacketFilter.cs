using System.Net;
using System.Text;
using NetMon.Bpf.Records;

namespace NetMon.Bpf.Tracing;

/// <summary>Which packets are traced: all that is set has to fit.</summary>
public sealed record PacketFilter
{
    /// <summary>Two ends, so two networks at most: each has to hold one of the packet's addresses.</summary>
    public IReadOnlyList<(IPAddress Address, int PrefixLength)> Networks { get; init; } = [];

    /// <summary>Two ends, so two ports at most; each has to be one of the packet's.</summary>
    public IReadOnlyList<ushort> Ports { get; init; } = [];

    /// <summary>0: any.</summary>
    public byte Protocol { get; init; }

    /// <summary>Where the packet is met first; empty: anywhere.</summary>
    public string Interface { get; init; } = "";

    /// <summary>Packets that are begun to be traced in a second, at most.</summary>
    public int PacketsPerSecond { get; init; } = 1000;

    internal TraceFilterRecord ToRecord()
    {
        var record = new TraceFilterRecord
        {
            Packets = (ulong)PacketsPerSecond,
            Protocol = Protocol,
            HasInterface = Interface.Length > 0 ? (byte)1 : (byte)0,
        };
        for (var i = 0; i < Math.Min(2, Networks.Count); i++)
        {
            var (address, length) = Networks[i];
            var isFour = address.GetAddressBytes().Length == 4;
            var bytes = address.MapToIPv6().GetAddressBytes();
            bytes.CopyTo((Span<byte>)record.Address[i]);
            var bits = isFour ? length + 96 : length;
            for (var at = 0; at < 16; at++)
            {
                record.Mask[i][at] = (byte)(0xff00 >> Math.Clamp(bits - (8 * at), 0, 8));
            }
        }

        for (var i = 0; i < Math.Min(2, Ports.Count); i++)
        {
            record.Port[i] = Ports[i];
        }

        var name = Encoding.UTF8.GetBytes(Interface);
        name.AsSpan(0, Math.Min(name.Length, DropInterfaceName.Length - 1))
            .CopyTo((Span<byte>)record.Interface);
        return record;
    }
}
