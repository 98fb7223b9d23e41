using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using NetMon.Lab.Machines;

namespace NetMon.Lab.Captures;

/// <summary>tcpdump on an interface: the independent observer.</summary>
public sealed partial class PacketCapture : IDisposable
{
    // Headers are enough, but for an ICMP error with all it quotes.
    private const string SnapLength = "192";
    private const int BufferKiB = 65536;
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(250);

    private readonly LabProcess _tcpdump;

    private PacketCapture(LabProcess tcpdump, string path)
    {
        _tcpdump = tcpdump;
        Path = path;
    }

    public string Path { get; }

    /// <summary>Returns once tcpdump listens.</summary>
    /// <param name="folder">For the file; null: that of temporary ones.</param>
    /// <param name="bufferKiB">Packets that tcpdump has not read yet.</param>
    /// <param name="filter">What to capture, pcap-filter(7); empty: everything.</param>
    public static PacketCapture Start(
        LabInterface on,
        string? folder = null,
        int bufferKiB = BufferKiB,
        string filter = ""
    )
    {
        var path = System.IO.Path.Combine(
            folder ?? System.IO.Path.GetTempPath(),
            $"nm-e2e-{Guid.NewGuid():N}.pcap"
        );
        var tcpdump = on.Namespace.Start(
            "tcpdump",
            [
                "-i",
                on.Name,
                "-n",
                "-s",
                SnapLength,
                "-B",
                $"{bufferKiB}",
                "--immediate-mode",
                "-U",
                "-Z",
                "root",
                "-w",
                path,
                filter,
            ]
        );
        tcpdump.WaitForText("listening on");
        return new(tcpdump, path);
    }

    /// <summary>
    /// Ends the capture once no packet came for a while, and makes sure that tcpdump missed none. A packet that comes at the very
    /// end is one that it missed: let the filter leave out what never rests.
    /// </summary>
    /// <remarks>
    /// On a busy machine packets may wait for tcpdump longer than that while: that its file stays as it is says nothing. It is asked how
    /// many it has read, and how many there are.
    /// </remarks>
    public void Stop()
    {
        var before = -1L;
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < Wait.Patience)
        {
            var counts = Ask();
            if (counts.Dropped != 0 || (counts.Captured == counts.Received && counts.Captured == before))
            {
                break;
            }

            before = counts.Captured;
            Thread.Sleep(Quiet);
        }

        _tcpdump.Terminate();
        var report = _tcpdump.WaitForExit().Errors;
        var last = Reports(report)[^1];
        if (last.Dropped != 0 || last.Captured != last.Received)
        {
            throw new LabException($"tcpdump missed packets: {report}");
        }
    }

    public void Dispose()
    {
        _tcpdump.Dispose();
        File.Delete(Path);
    }

    private (long Captured, long Received, long Dropped) Ask()
    {
        var asked = Reports(_tcpdump.Errors).Length;
        _tcpdump.Signal(LabSignal.User1);
        (long, long, long)[] reports = [];
        Wait.Until(
            () => (reports = Reports(_tcpdump.Errors)).Length > asked || _tcpdump.HasExited,
            "tcpdump to tell what it has captured"
        );
        return reports.Length > asked
            ? reports[^1]
            : throw new LabException($"tcpdump ended by itself: {_tcpdump.Errors}");
    }

    private static (long Captured, long Received, long Dropped)[] Reports(string text)
    {
        return
        [
            .. Report()
                .Matches(text)
                .Select(match =>
                    (Number(match, "captured"), Number(match, "received"), Number(match, "dropped"))
                ),
        ];

        static long Number(Match match, string name) =>
            long.Parse(match.Groups[name].Value, CultureInfo.InvariantCulture);
    }

    // On one line when it is asked, on three at its end.
    [GeneratedRegex(
        @"(?<captured>\d+) packets? captured,?\s+(?<received>\d+) packets? received by filter,?\s+(?<dropped>\d+) packets? dropped by kernel",
        RegexOptions.ExplicitCapture,
        60_000
    )]
    private static partial Regex Report();
}
