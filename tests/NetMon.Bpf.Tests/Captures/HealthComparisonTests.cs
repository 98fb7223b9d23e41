using System.Collections.Concurrent;
using NetMon.Lab.Captures;
using NetMon.Lab.Machines;
using NetMon.Testing.Captures;
using Xunit.Abstractions;

namespace NetMon.Bpf.Tests.Captures;

/// <summary>
/// What the programs say of each sender's segments beside tshark's tcp.analysis of the same packets at the same times. docs/tcp-analysis.md
/// lists the rules that differ; here stand the captures where they show.
/// </summary>
public sealed class HealthComparisonTests(ITestOutputHelper output)
{
    /// <summary>Time between tcpdump's stamp and the program's, with the machine busy.</summary>
    private const double StampingUs = 2000;
    private const int AtOnce = 8;
    private const int Repetitions = 3;

    private static readonly Dictionary<string, string> Differing = new(StringComparer.Ordinal)
    {
        ["mercury-emix"] = "a SYN again after its refusal begins a flow",
        ["ndpi-fuzz-2006-06-26-2594"] = "fuzzed numbers: acknowledged before they were sent",
        ["packetbeat-wsgi_loopback"] =
            "SYNs again after the close: each begins a flow, whose first segments are fresh",
        ["suri-eve-payload-04-partial-overlap"] =
            "the window of the SYN/ACK and the scaled one after it are the same number",
        ["suri-issue-4220-01-ids"] = "captured out of order: acknowledged before they were seen",
        ["zeek-vxlan-overlapping-http-get"] =
            "tunnels with the same ends inside: one connection to tshark, none to us",
    };

    [SkippableFact]
    public void Each_senders_segments_are_judged_as_by_tshark_but_for_the_rules_that_differ()
    {
        Skip.If(CaptureFolder.Instance is null, CaptureFolder.AbsentReason);
        Skip.IfNot(Command.Exists("tshark") && Command.Exists("tcpdump"), "needs tshark and tcpdump");
        Skip.IfNot(Environment.IsPrivilegedProcess, "needs root to load BPF programs");
        var folder = CaptureFolder.Instance;
        var lines = new ConcurrentBag<string>();
        var differing = new ConcurrentBag<string>();
        int equal = 0,
            flagged = 0;
        Parallel.ForEach(
            folder.Captures.Where(c => folder.Truth(c).Outermost.Any(f => f.Proto == "tcp")),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            entry =>
            {
                var found = Compare(folder.Read(entry));
                // A rule that differs does so each time. What lies a hair beside the time that a rule has may differ by chance: both stamp by
                // themselves, and how far apart two packets come is up to the machine.
                for (
                    var again = 0;
                    again < Repetitions && found.Lines.Count > 0 != Differing.ContainsKey(entry.Name);
                    again++
                )
                {
                    found = Compare(folder.Read(entry));
                }

                Interlocked.Add(ref equal, found.Equal);
                Interlocked.Add(ref flagged, found.Flagged);
                foreach (var line in found.Lines)
                {
                    differing.Add(entry.Name);
                    lines.Add($"{entry.Name} {line}");
                }
            }
        );

        foreach (var line in lines.Order(StringComparer.Ordinal))
        {
            output.WriteLine(line);
        }

        output.WriteLine($"{equal} senders equal, {flagged} of them with something to tell");
        Assert.Equal(
            string.Join('\n', Differing.Keys.Order(StringComparer.Ordinal)),
            string.Join('\n', differing.Distinct().Order(StringComparer.Ordinal))
        );
        Assert.True(flagged > 100, $"only {flagged} senders with something to tell compared");
    }

    /// <summary>Plays a capture, and compares what is said of each sender.</summary>
    private static (List<string> Lines, int Equal, int Flagged) Compare(IReadOnlyList<CapturedPacket> packets)
    {
        var (lines, equal, flagged) = (new List<string>(), 0, 0);
        var (ours, theirs) = TimedReplay.Run(packets);
        foreach (var sender in ours.Keys.Union(theirs.Keys))
        {
            var (mine, other) = (ours.Of(sender), theirs.Of(sender));
            var difference = Difference(mine, other);
            if (difference.Length > 0)
            {
                lines.Add($"{sender}: {difference}");
            }
            else
            {
                equal++;
                flagged += mine.ToString().Length > 0 ? 1 : 0;
            }
        }

        return (lines, equal, flagged);
    }

    /// <summary>Empty where both say the same: equal counts, and round trips that are among tshark's, which measures every one.</summary>
    private static string Difference(HealthCounts ours, HealthCounts theirs)
    {
        theirs.CountLateAsAgainBy(ours);
        if (!string.Equals(ours.ToString(), theirs.ToString(), StringComparison.Ordinal))
        {
            return $"{ours}, tshark {theirs}";
        }

        return
            ours.LongestUs > 0
            && (
                ours.ShortestUs < theirs.ShortestUs - StampingUs
                || ours.LongestUs > theirs.LongestUs + StampingUs
            )
            ? $"round trips of {ours.ShortestUs} to {ours.LongestUs} us, tshark {theirs.ShortestUs} to {theirs.LongestUs}"
            : "";
    }
}
