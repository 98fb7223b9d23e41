using System.Globalization;
using System.Net;
using NetMon.Bpf.Tests.Reference;
using NetMon.Lab.Machines;

namespace NetMon.Bpf.Tests.Captures;

/// <summary>tshark's analysis of a recording: what it flags, by sender.</summary>
internal static class TsharkHealth
{
    private const int FirstCount = 8;
    private static readonly string[] Fields =
    [
        "ip.src",
        "ipv6.src",
        "tcp.srcport",
        "ip.dst",
        "ipv6.dst",
        "tcp.dstport",
        "ip.proto",
        "ipv6.nxt",
        .. HealthCounts.Names.Select(name => $"tcp.analysis.{name}"),
        "tcp.analysis.ack_rtt",
    ];

    public static HealthBySender Read(string file)
    {
        var all = new HealthBySender();
        string[] fields = [.. Fields.SelectMany(f => new[] { "-e", f })];
        var lines = Command.Run(
            "tshark",
            ["-r", file, "-Y", "tcp", "-T", "fields", "-E", "occurrence=f", .. fields]
        );
        foreach (var line in lines.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var values = line.Split('\t');
            if (values[6] + values[7] is not "6")
            {
                continue; // inside a tunnel, or quoted by an ICMP error
            }

            var (source, destination) = (
                Parse(values[0] + values[1], values[2]),
                Parse(values[3] + values[4], values[5])
            );
            var sender = all.Of($"{source} > {destination}");
            for (var i = 0; i < HealthCounts.Names.Length; i++)
            {
                if (values[FirstCount + i].Length > 0)
                {
                    sender.Add(i);
                }
            }

            if (values[^1].Length > 0)
            {
                all.Of($"{destination} > {source}")
                    .AddRoundTrip(double.Parse(values[^1], CultureInfo.InvariantCulture) * 1e6);
            }
        }

        return all;
    }

    private static End Parse(string address, string port) =>
        new(IPAddress.Parse(address), ushort.Parse(port, CultureInfo.InvariantCulture));
}
