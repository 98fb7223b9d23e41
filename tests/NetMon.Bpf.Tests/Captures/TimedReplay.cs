using System.Diagnostics;
using NetMon.Bpf.Attaching;
using NetMon.Bpf.Tests.TestRun;
using NetMon.Lab.Captures;
using NetMon.Testing.Captures;
using NetMon.Testing.Namespaces;

namespace NetMon.Bpf.Tests.Captures;

/// <summary>A capture played again at its own pace into a device, where the programs and tcpdump both see it: same packets, same times.</summary>
internal static class TimedReplay
{
    private const int EthernetHeader = 14;

    /// <summary>Longer pauses are cut to this: it is beyond every time that a rule has, but for those that count seconds.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(300);

    /// <summary>Where the pauses add up to more, each is shortened to the same longest one that makes them fit.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    /// <summary>
    /// At least this between a SYN/ACK and what follows: where it is recorded with no time between, the handshake's round trip, by which
    /// late segments are told from those sent again, would be down to chance.
    /// </summary>
    private static readonly TimeSpan Handshake = TimeSpan.FromMilliseconds(7);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>About how long a capture takes, by its pauses.</summary>
    public static TimeSpan LengthOf(IReadOnlyList<CapturedPacket> packets)
    {
        var sum = packets
            .Zip(
                packets.Skip(1),
                (a, b) => TimeSpan.FromMicroseconds(Math.Max(0, b.TimeNs - a.TimeNs) / 1000)
            )
            .Sum(pause => Math.Min(pause.Ticks, LongestPause.Ticks));
        return TimeSpan.FromTicks(Math.Min(sum, Longest.Ticks));
    }

    /// <returns>What the programs made of it, and what tshark made of tcpdump's recording.</returns>
    public static (HealthBySender Ours, HealthBySender Theirs) Run(IReadOnlyList<CapturedPacket> packets)
    {
        var frames = CaptureFrames.Of(packets, out _);
        var times = packets.ToDictionary(p => p.Number, p => p.TimeNs);
        HealthBySender ours = [],
            theirs = [];
        foreach (var group in frames.GroupBy(f => f.Link))
        {
            PrivateNetwork.Run(() => Play([.. group], times, ours, theirs));
        }

        return (ours, theirs);
    }

    private static void Play(
        CaptureFrame[] frames,
        Dictionary<int, long> times,
        HealthBySender ours,
        HealthBySender theirs
    )
    {
        var file = Path.Combine(Path.GetTempPath(), $"nm-replay-{Guid.NewGuid():N}.pcap");
        var ethernet = frames[0].Link == LinkLayer.Ethernet;
        using var run = new KernelRun();
        using var device = new TunDevice("nmplay", ethernet);
        using var attacher = Attacher.Open(run.Program, AttachMethod.Auto);
        using var attachment = attacher.Attach(device.Index, frames[0].Link);
        try
        {
            using var recorder = Record(device.Name, frames.Length, file);
            var longest = PauseThatFits(frames, times);
            var network = ethernet ? EthernetHeader : 0;
            for (var i = 0; i < frames.Length; i++)
            {
                var pause = i == 0 ? TimeSpan.Zero : Pause(frames[i - 1], frames[i], times);
                pause = pause < longest ? pause : longest;
                Thread.Sleep(
                    i > 0 && IsSynAck(frames[i - 1].Bytes, network) && pause < Handshake ? Handshake : pause
                );
                device.Receive(frames[i].Bytes);
            }

            Assert.True(recorder.WaitForExit(Patience), "tcpdump has not seen every frame");
            Merge(ours, HealthBySender.Of(run.Drain()));
            Merge(theirs, TsharkHealth.Read(file));
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static Process Record(string device, int frames, string file)
    {
        var start = new ProcessStartInfo(
            "tcpdump",
            [
                "-i",
                device,
                "-Q",
                "in",
                "-c",
                $"{frames}",
                "-s",
                "256",
                "-B",
                "16384",
                "--immediate-mode",
                "-Z",
                "root",
                "-w",
                file,
            ]
        )
        {
            UseShellExecute = false,
            RedirectStandardError = true,
        };
        var process = Process.Start(start)!;
        while (
            process.StandardError.ReadLine() is { } line
            && !line.Contains("listening on", StringComparison.Ordinal)
        ) { }
        return process;
    }

    private static TimeSpan Pause(CaptureFrame before, CaptureFrame frame, Dictionary<int, long> times) =>
        TimeSpan.FromMicroseconds(Math.Max(0, times[frame.Number] - times[before.Number]) / 1000);

    private static bool IsSynAck(byte[] frame, int network)
    {
        var transport = network + ((frame.ElementAtOrDefault(network) & 15) * 4);
        return frame.Length > network + 20
            && frame[network] >> 4 == 4
            && frame[network + 9] == 6
            && transport + 13 < frame.Length
            && (frame[transport + 13] & 0x12) == 0x12;
    }

    private static TimeSpan PauseThatFits(CaptureFrame[] frames, Dictionary<int, long> times)
    {
        var longest = LongestPause;
        while (
            longest > TimeSpan.FromMilliseconds(1)
            && frames
                .Zip(frames.Skip(1), (a, b) => Pause(a, b, times))
                .Sum(p => Math.Min(p.Ticks, longest.Ticks)) > Longest.Ticks
        )
        {
            longest *= 0.8;
        }

        return longest;
    }

    private static void Merge(HealthBySender into, HealthBySender from)
    {
        foreach (var (sender, counts) in from)
        {
            into.TryAdd(sender, counts);
        }
    }
}
