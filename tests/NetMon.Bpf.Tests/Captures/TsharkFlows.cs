using System.Globalization;
using System.Net;
using NetMon.Lab.Machines;
using NetMon.Testing.Captures;
using NetMon.Testing.Namespaces;

namespace NetMon.Bpf.Tests.Captures;

/// <summary>Asks tshark for the rows that a truth file, which lists 500 at most, leaves out.</summary>
internal static class TsharkFlows
{
    private static readonly string[] Fields =
    [
        "ip.proto",
        "ipv6.nxt",
        "ip.src",
        "ipv6.src",
        "ip.dst",
        "ipv6.dst",
        "ip.len",
        "ipv6.plen",
        "tcp.srcport",
        "tcp.dstport",
        "udp.srcport",
        "udp.dstport",
        "tcp.flags",
        "icmpv6.type",
    ];

    /// <summary>The truth's outermost rows and those that it does not list. Skips where tshark is needed and missing.</summary>
    public static IReadOnlyList<TruthFlow> Complete(CaptureTruth truth, string file)
    {
        var listed = truth.Outermost.ToList();
        if (truth.ListsEveryOutermostFlow)
        {
            return listed;
        }

        Skip.IfNot(
            Command.Exists("tshark"),
            $"needs tshark for the flows of {truth.Name} that its truth file leaves out"
        );
        var known = listed.Select(Name).ToHashSet(StringComparer.Ordinal);
        var rows = Command
            .Run(
                "tshark",
                [
                    "-r",
                    file,
                    "-T",
                    "fields",
                    "-E",
                    "occurrence=f",
                    .. Fields.SelectMany(f => new[] { "-e", f }),
                ]
            )
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => Row(line.Split('\t')))
            .OfType<TruthFlow>()
            .Where(row => !known.Contains(Name(row)));
        List<TruthFlow> complete = [.. listed, .. rows];
        Assert.Equal(
            (
                truth.Totals.Ipv4.Frames + truth.Totals.Ipv6.Frames,
                truth.Totals.Ipv4.L3Bytes + truth.Totals.Ipv6.L3Bytes
            ),
            (complete.Sum(f => f.Pkts[0] + f.Pkts[1]), complete.Sum(f => f.L3Bytes[0] + f.L3Bytes[1]))
        );
        return complete;
    }

    private static string Name(TruthFlow row)
    {
        string[] ends = [$"{row.A} {row.APort}", $"{row.B} {row.BPort}"];
        Array.Sort(ends, StringComparer.Ordinal);
        return $"{row.Proto} {ends[0]} {ends[1]}";
    }

    /// <summary>One packet as a row of its own; null where it is not IP.</summary>
    private static TruthFlow? Row(string[] fields)
    {
        var v4 = fields[0].Length > 0;
        if (!v4 && fields[1].Length == 0)
        {
            return null;
        }

        // The first next header may be an extension header; of those only ICMPv6 (MLD) comes behind one here.
        var number = !v4 && fields[13].Length > 0 ? (byte)58 : (byte)Number(fields[v4 ? 0 : 1]);
        var (name, source, destination) = number switch
        {
            6 => ("tcp", fields[8], fields[9]),
            17 => ("udp", fields[10], fields[11]),
            1 => ("icmp", "", ""),
            2 => ("igmp", "", ""),
            58 => ("icmpv6", "", ""),
            _ => ($"proto-{number}", "", ""),
        };
        long[] bytes = [v4 ? Number(fields[6]) : 40 + Number(fields[7]), 0];
        string[]? flags = number == 6 ? [fields[12], "0x000"] : null;
        return new TruthFlow(
            0,
            name,
            IPAddress.Parse(fields[v4 ? 2 : 3]).ToString(),
            (ushort)Number(source),
            IPAddress.Parse(fields[v4 ? 4 : 5]).ToString(),
            (ushort)Number(destination),
            [1, 0],
            bytes,
            flags,
            null,
            null,
            null,
            null,
            null,
            null
        );
    }

    private static long Number(string field) =>
        field.Length == 0 ? 0 : long.Parse(field, CultureInfo.InvariantCulture);
}
