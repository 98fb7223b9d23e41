using System.Globalization;
using System.Net;
using NetMon.Bpf.Tests.Reference;
using NetMon.Lab.Machines;
using NetMon.Testing.Captures;
using NetMon.Testing.Namespaces;
using Xunit.Abstractions;

namespace NetMon.Bpf.Tests.Captures;

/// <summary>
/// Retransmitted segments beside tshark's retransmissions and segments out of order. tshark judges by sequence, acknowledgment and time; we by
/// sequence alone. Where both judge alike they agree; where they do not, the capture stands in the list.
/// </summary>
public sealed class RetransmitComparisonTests(CaptureReplay replay, ITestOutputHelper output)
    : IClassFixture<CaptureReplay>
{
    private static readonly Dictionary<string, string> Differing = new(StringComparer.Ordinal)
    {
        ["zeek-vxlan-overlapping-http-get"] =
            "the connections inside the tunnels have the same ends: one connection to tshark",
        ["packetbeat-wsgi_loopback"] =
            "SYNs again after the close: each starts a new flow, whose first segments are fresh",
        ["suri-issue-4220-01-ids"] =
            "captured out of order: acknowledged before it was seen, which tshark calls spuriously retransmitted",
        ["mercury-emix"] = "SYN again after its refusal: a new attempt to us",
        ["ndpi-fuzz-2006-06-26-2594"] = "fuzzed acknowledgment numbers",
    };

    /// <summary>As the truth files name them. Where neither occurs, tshark need not be asked.</summary>
    private static readonly string[] Judged = ["retransmission", "out_of_order"];

    [SkippableFact]
    public void Segments_sent_again_are_those_of_tshark_where_both_judge_alike()
    {
        Skip.If(CaptureFolder.Instance is null, CaptureFolder.AbsentReason);
        Skip.IfNot(Command.Exists("tshark"), "needs tshark");
        var equal = 0;
        var differing = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var entry in CaptureFolder.Instance.Captures)
        {
            var ours = Ours(CaptureCases.Open(entry.Name));
            var theirs = Judged.Any(CaptureFolder.Instance.Truth(entry).TcpAnalysisFrames.ContainsKey)
                ? Theirs(CaptureFolder.Instance.FileOf(entry))
                : [];
            foreach (var sender in ours.Keys.Union(theirs.Keys).Order(StringComparer.Ordinal))
            {
                var (mine, other) = (ours.GetValueOrDefault(sender), theirs.GetValueOrDefault(sender));
                if (mine == other)
                {
                    equal++;
                    continue;
                }

                differing.Add(entry.Name);
                output.WriteLine($"{entry.Name} {sender}: {mine}, tshark {other}");
            }
        }

        output.WriteLine($"{equal} senders equal");
        Assert.Equal(
            string.Join('\n', Differing.Keys.Order(StringComparer.Ordinal)),
            string.Join('\n', differing)
        );
        Assert.True(equal > 100, $"only {equal} senders compared");
    }

    private Dictionary<string, int> Ours(CaptureCases testCase)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var flow in replay.Run(testCase, (frame, device, _) => device.Receive(frame.Bytes)))
        {
            for (var end = 0; end < 2; end++)
            {
                if (flow.Retransmits(end).Segments > 0)
                {
                    var sender = $"{flow.End(end)} > {flow.End(1 - end)}";
                    counts[sender] = counts.GetValueOrDefault(sender) + (int)flow.Retransmits(end).Segments;
                }
            }
        }

        return counts;
    }

    private static Dictionary<string, int> Theirs(string file)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        var lines = Command.Run(
            "tshark",
            [
                "-r",
                file,
                "-Y",
                "tcp.analysis.retransmission || tcp.analysis.out_of_order",
                "-T",
                "fields",
                "-E",
                "occurrence=f",
                "-e",
                "ip.src",
                "-e",
                "ipv6.src",
                "-e",
                "tcp.srcport",
                "-e",
                "ip.dst",
                "-e",
                "ipv6.dst",
                "-e",
                "tcp.dstport",
                "-e",
                "ip.proto",
                "-e",
                "ipv6.nxt",
            ]
        );
        foreach (var line in lines.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var fields = line.Split('\t');
            if (fields[6] + fields[7] is not "6")
            {
                continue; // inside a tunnel
            }

            var sender =
                $"{Parse(fields[0] + fields[1], fields[2])} > {Parse(fields[3] + fields[4], fields[5])}";
            counts[sender] = counts.GetValueOrDefault(sender) + 1;
        }

        return counts;
    }

    private static End Parse(string address, string port) =>
        new(IPAddress.Parse(address), ushort.Parse(port, CultureInfo.InvariantCulture));
}
