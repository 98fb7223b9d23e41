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

    /// <summary>They wait for the next packet most of the time.</summary>
    private const int AtOnce = 16;

    /// <summary>A rule that differs does so each time; what the machine did in between two packets that lie a hair beside a rule's time, it does not.</summary>
    private const int Attempts = 3;

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
        InOrder(
            folder
                .Captures.Where(c => folder.Truth(c).Outermost.Any(f => f.Proto == "tcp"))
                .Select(entry => (Entry: entry, Packets: folder.Read(entry)))
                .OrderByDescending(capture => TimedReplay.LengthOf(capture.Packets)),
            capture =>
            {
                var result = Compare(capture.Packets);
                for (
                    var attempt = 1;
                    attempt < Attempts
                        && result.Differing.Count > 0 != Differing.ContainsKey(capture.Entry.Name);
                    attempt++
                )
                {
                    result = Compare(capture.Packets);
                }

                foreach (var line in result.Differing)
                {
                    differing.Add(capture.Entry.Name);
                    lines.Add($"{capture.Entry.Name} {line}");
                }

                Interlocked.Add(ref equal, result.Equal);
                Interlocked.Add(ref flagged, result.Flagged);
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

    private static (int Equal, int Flagged, List<string> Differing) Compare(
        IReadOnlyList<CapturedPacket> packets
    )
    {
        var (equal, flagged, differing) = (0, 0, new List<string>());
        var (ours, theirs) = TimedReplay.Run(packets);
        foreach (var sender in ours.Keys.Union(theirs.Keys))
        {
            var (mine, other) = (ours.Of(sender), theirs.Of(sender));
            var difference = Difference(mine, other);
            if (difference.Length > 0)
            {
                differing.Add($"{sender}: {difference}");
            }
            else
            {
                equal++;
                flagged += mine.ToString().Length > 0 ? 1 : 0;
            }
        }

        return (equal, flagged, differing);
    }

    // Threads of their own, the longest first: so none is left to go on alone in the end.
    private static void InOrder<T>(IEnumerable<T> items, Action<T> run)
    {
        var queue = new ConcurrentQueue<T>(items);
        var failures = new ConcurrentQueue<Exception>();
        var threads = Enumerable.Range(0, AtOnce).Select(_ => new Thread(Work)).ToArray();
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        Assert.Empty(failures);

        void Work()
        {
            while (queue.TryDequeue(out var item))
            {
                try
                {
                    run(item);
                }
#pragma warning disable CA1031 // Told by the test's own thread.
                catch (Exception e)
#pragma warning restore CA1031
                {
                    failures.Enqueue(e);
                }
            }
        }
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
