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
    /// Ends the capture once no packet came for a while and tcpdump has read all that came, and makes sure that it missed none. A packet that
    /// comes at the very end is one that it missed: let the filter leave out what never rests.
    /// </summary>
    public void Stop()
    {
        // What waits for a tcpdump that does not get a processor would be lost with its end.
        var before = "";
        Wait.Until(
            () =>
            {
                var now = Ask();
                var rests =
                    now.Groups["captured"].Value == now.Groups["received"].Value
                    && now.Groups["captured"].Value == before;
                before = now.Groups["captured"].Value;
                return rests;
            },
            $"tcpdump to have read all packets: {_tcpdump.Errors}",
            pause: Quiet
        );
        _tcpdump.Terminate();
        var report = _tcpdump.WaitForExit().Errors;
        var last = Report().Matches(report)[^1];
        if (
            last.Groups["dropped"].Value != "0"
            || last.Groups["captured"].Value != last.Groups["received"].Value
        )
        {
            throw new LabException($"tcpdump missed packets: {report}");
        }
    }

    // What it has read so far, and what the kernel has given it: tcpdump(1), SIGUSR1.
    private Match Ask()
    {
        var answered = Report().Count(_tcpdump.Errors);
        _tcpdump.Signal(LabSignal.User1);
        Wait.Until(
            () => Report().Count(_tcpdump.Errors) > answered || _tcpdump.HasExited,
            $"tcpdump to say what it has read: {_tcpdump.Errors}"
        );
        return _tcpdump.HasExited
            ? throw new LabException($"tcpdump ended: {_tcpdump.Errors}")
            : Report().Matches(_tcpdump.Errors)[^1];
    }

    public void Dispose()
    {
        _tcpdump.Dispose();
        File.Delete(Path);
    }

    [GeneratedRegex(
        @"(?<captured>\d+) packets? captured[,\s]+(?<received>\d+) packets? received by filter[,\s]+(?<dropped>\d+) packets? dropped by kernel",
        RegexOptions.ExplicitCapture,
        60_000
    )]
    private static partial Regex Report();
}
