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
    public void Stop()
    {
        var length = -1L;
        while (length != new FileInfo(Path).Length)
        {
            length = new FileInfo(Path).Length;
            Thread.Sleep(Quiet);
        }

        _tcpdump.Terminate();
        var report = _tcpdump.WaitForExit().Errors;
        var match = Report().Match(report);
        if (
            match.Groups["dropped"].Value != "0"
            || match.Groups["captured"].Value != match.Groups["received"].Value
        )
        {
            throw new LabException($"tcpdump missed packets: {report}");
        }
    }

    public void Dispose()
    {
        _tcpdump.Dispose();
        File.Delete(Path);
    }

    [GeneratedRegex(
        @"(?<captured>\d+) packets? captured\s+(?<received>\d+) packets? received by filter\s+(?<dropped>\d+) packets? dropped by kernel",
        RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Report();
}
