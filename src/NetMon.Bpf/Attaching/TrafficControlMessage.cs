using System.Runtime.InteropServices;
using NetMon.Bpf.Netlink;

namespace NetMon.Bpf.Attaching;

/// <summary>struct tcmsg (linux/rtnetlink.h).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TrafficControlHeader
{
    public byte Family;
    public byte Padding1;
    public ushort Padding2;
    public int Index;
    public uint Handle;
    public uint Parent;
    public uint Info;
}

/// <summary>RTM_NEWQDISC, RTM_NEWTFILTER: a qdisc or filter of an interface.</summary>
/// <remarks>
/// <code>
///  0               4       8        12       16     20
///  | family, pad   | index | handle | parent | info | attributes TCA_...
/// </code>
/// </remarks>
internal ref struct TrafficControlMessage
{
    private const int FixedBytes = 20;
    private const ushort TCA_KIND = 1;
    private const ushort TCA_OPTIONS = 2;
    private const ushort TCA_CHAIN = 11;
    private const ushort TCA_BPF_NAME = 7;
    private const int MaxKind = 16;
    private const int MaxName = 256;

    public TrafficControlHeader Header;
    public uint Chain;

    /// <summary>Without NUL.</summary>
    public ReadOnlySpan<byte> Kind;

    /// <summary>The name of a bpf filter, without NUL; else empty.</summary>
    public ReadOnlySpan<byte> BpfName;

    /// <returns>False for anything that is not whole.</returns>
    public static bool TryParse(ReadOnlySpan<byte> payload, out TrafficControlMessage message)
    {
        message = default;
        if (payload.Length < FixedBytes)
        {
            return false;
        }

        message.Header = MemoryMarshal.Read<TrafficControlHeader>(payload);
        var options = default(ReadOnlySpan<byte>);
        var attributes = new NetlinkAttributeReader(payload[FixedBytes..]);
        while (attributes.TryRead(out var type, out var value))
        {
            switch (type)
            {
                case TCA_KIND:
                    message.Kind = NetlinkEncoding.Text(value);
                    break;
                case TCA_OPTIONS:
                    options = value;
                    break;
                case TCA_CHAIN when !NetlinkEncoding.TryReadNumber(value, out message.Chain):
                    return false;
            }
        }

        return !attributes.Malformed
            && message.Kind.Length is > 0 and <= MaxKind
            && (!message.Kind.SequenceEqual("bpf"u8) || message.TryTakeOptions(options));
    }

    private bool TryTakeOptions(ReadOnlySpan<byte> options)
    {
        var attributes = new NetlinkAttributeReader(options);
        while (attributes.TryRead(out var type, out var value))
        {
            if (type == TCA_BPF_NAME)
            {
                BpfName = NetlinkEncoding.Text(value);
                if (BpfName.Length > MaxName)
                {
                    return false;
                }
            }
        }

        return !attributes.Malformed;
    }
}
