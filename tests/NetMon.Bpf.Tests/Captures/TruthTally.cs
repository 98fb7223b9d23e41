using System.Globalization;
using System.Net;
using NetMon.Bpf.Tests.Reference;
using NetMon.Testing.Captures;

namespace NetMon.Bpf.Tests.Captures;

/// <summary>tshark's account of a capture's outermost IP packets, in the terms of our flows.</summary>
/// <remarks>
/// VLANs are no part of our key: rows that differ only there are one. ICMP rows have no identifiers, so both sides leave them out. An ICMP
/// error is taken out of its ICMP row and put into the flow that it quotes, by <see cref="ReferenceReader"/>'s reading of the frame.
/// </remarks>
internal static class TruthTally
{
    private const byte Icmp = 1;
    private const byte Icmp6 = 58;

    public static FlowTally Of(IEnumerable<TruthFlow> rows, IEnumerable<CaptureFrame> frames)
    {
        var tally = new FlowTally();
        foreach (var row in rows)
        {
            var protocol = ProtocolNumber(row.Proto);
            var a = new End(IPAddress.Parse(row.A), row.APort);
            var b = new End(IPAddress.Parse(row.B), row.BPort);
            tally.Add(protocol, a, b, row.Pkts[0], row.L3Bytes[0], Flags(row, 0));
            tally.Add(protocol, b, a, row.Pkts[1], row.L3Bytes[1], Flags(row, 1));
        }

        MoveIcmpErrors(tally, frames);
        return tally;
    }

    /// <summary>The name under which a flow stands here: ICMP without identifiers.</summary>
    public static (End Sender, End Receiver) WithoutIdentifier(byte protocol, End sender, End receiver) =>
        protocol is Icmp or Icmp6
            ? (sender with { Port = 0 }, receiver with { Port = 0 })
            : (sender, receiver);

    private static void MoveIcmpErrors(FlowTally tally, IEnumerable<CaptureFrame> frames)
    {
        var reader = new ReferenceReader();
        foreach (var frame in frames)
        {
            var read = frame.Read(reader);
            if (!read.IcmpError)
            {
                continue;
            }

            var carrier =
                read.Carrier.Source.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork
                    ? Icmp
                    : Icmp6;
            tally.Add(
                carrier,
                new End(read.Carrier.Source, 0),
                new End(read.Carrier.Destination, 0),
                -1,
                -read.Bytes
            );
            var (sender, receiver) = WithoutIdentifier(read.Protocol, read.Source, read.Destination);
            tally.Add(read.Protocol, sender, receiver, 1, read.Bytes);
        }
    }

    // tshark's twelve bits hold three reserved ones above AE.
    private static int Flags(TruthFlow row, int way) =>
        row.Flags is { } flags
            ? int.Parse(flags[way].AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) & 0x1ff
            : 0;

    private static byte ProtocolNumber(string name) =>
        name switch
        {
            "icmp" => Icmp,
            "igmp" => 2,
            "ipip" => 4,
            "tcp" => 6,
            "udp" => 17,
            "ipv6" => 41,
            "gre" => 47,
            "esp" => 50,
            "ah" => 51,
            "icmpv6" => Icmp6,
            "pim" => 103,
            "sctp" => 132,
            "udplite" => 136,
            _ when name.StartsWith("proto-", StringComparison.Ordinal) => byte.Parse(
                name.AsSpan(6),
                CultureInfo.InvariantCulture
            ),
            _ => throw new InvalidDataException($"protocol {name}"),
        };
}
