using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using NetMon.Bpf.Attaching;
using NetMon.Bpf.Netlink;
using NetMon.Bpf.Records;
using NetMon.Bpf.Tests.Attaching;
using NetMon.Bpf.Tests.TestRun;
using Xunit.Abstractions;
using Command = NetMon.Lab.Machines.Command;

namespace NetMon.Bpf.Tests.Tracking.Health;

/// <summary>Real connections between two namespaces, watched at the sender's interface, beside what the sender's kernel says of them (TCP_INFO).</summary>
public sealed class KernelComparisonTests(ITestOutputHelper output)
{
    private const int Port = 5001;
    private static readonly byte[] Chunk = new byte[64 * 1024];

    [SkippableTheory]
    [InlineData(20)]
    [InlineData(100)]
    public void What_is_lost_on_the_way_is_sent_again_as_often_as_the_sender_says(int everyNth)
    {
        Skip.IfNot(Command.Exists("nft"), "needs nft");
        using var wire = new Wire();
        var rule = $"ip length > 1000 numgen inc mod {everyNth} == 0 counter drop";
        wire.Far.Exec("nft", "add table ip t");
        wire.Far.Exec("nft", "add chain ip t in { type filter hook prerouting priority -300; }");
        wire.Far.Exec("nft", $"add rule ip t in {rule}");

        var (flow, info) = Transfer(wire, 20_000_000, TimeSpan.Zero);
        var events = flow.Events;
        var end = flow.Source;
        output.WriteLine(
            $"again {events.Retransmits[end]} (fast {events.FastRetransmits[end]}, timeout {events.TimeoutRetransmits[end]}, "
                + $"spurious {events.SpuriousRetransmits[end]}), late {events.OutOfOrder[end]}; kernel {info.TotalRetransmits}; "
                + $"duplicate ACKs {events.DuplicateAcks[1 - end]}"
        );
        Assert.True(info.TotalRetransmits > 20, "too little was lost");
        Assert.Equal(info.TotalRetransmits, events.Retransmits[end]);
        // The sender's own interface sees nothing missing or out of order.
        Assert.Equal((0u, 0u), (events.Gaps[end], events.OutOfOrder[end]));
    }

    [SkippableFact]
    public void Without_loss_nothing_is_sent_again()
    {
        using var wire = new Wire();
        var (flow, info) = Transfer(wire, 20_000_000, TimeSpan.Zero);
        Assert.Equal(
            (info.TotalRetransmits, 0u),
            (flow.Events.Retransmits[flow.Source], flow.Events.OutOfOrder[flow.Source])
        );
    }

    [SkippableFact]
    public void Round_trips_behind_a_queue_are_as_long_as_the_sender_measures()
    {
        using var wire = new Wire();
        // The queue is behind the observation point, as it is behind the socket.
        wire.Near.Exec(
            "tc",
            "qdisc",
            "add",
            "dev",
            "nm0",
            "root",
            "tbf",
            "rate",
            "40mbit",
            "burst",
            "32kb",
            "limit",
            "200kb"
        );
        var (flow, info) = Transfer(wire, 12_000_000, TimeSpan.FromMilliseconds(50));
        var trips = flow.RoundTrips(flow.Destination);
        output.WriteLine(
            $"{trips.Samples} samples, {trips.MinUs} to {trips.MaxUs} us, mean {trips.MeanUs:0}; kernel mean {info.MeanRttUs:0}, shortest {info.MinRttUs}"
        );
        // One is under way at a time, behind a queue of up to 40 ms; each takes less than all of it.
        Assert.True(trips.Samples > 20);
        Assert.InRange(trips.MaxUs, 5_000, info.Took.TotalMicroseconds);
        // The kernel is asked at regular times, and of ours one follows the other: each counts for as long as it lasts. Of a bucket only
        // the upper bound is known, twice the lower.
        var overTime = trips.Buckets.Select((count, bucket) => count * Math.Pow(UpperBound(bucket), 2)).Sum();
        var counted = trips.Buckets.Select((count, bucket) => count * (double)UpperBound(bucket)).Sum();
        Assert.InRange(overTime / counted, info.MeanRttUs * 0.4, info.MeanRttUs * 4);
        Assert.InRange(trips.MinUs, 1, trips.MeanUs);

        static long UpperBound(int bucket) => 1L << (bucket + RoundTripBuckets.FirstShift);
    }

    [SkippableFact]
    public void A_receiver_that_does_not_read_closes_its_window()
    {
        using var wire = new Wire();
        var (flow, info) = Transfer(
            wire,
            8_000_000,
            TimeSpan.Zero,
            readAfter: TimeSpan.FromMilliseconds(600)
        );
        var (events, sender) = (flow.Events, flow.Source);
        Assert.True(events.ZeroWindows[1 - sender] > 0);
        Assert.InRange(events.ZeroWindowNs[1 - sender], 200_000_000, info.Took.TotalNanoseconds);
        Assert.Equal(info.TotalRetransmits, events.Retransmits[sender]);
    }

    private static (SeenFlow Flow, Info Info) Transfer(
        Wire wire,
        int bytes,
        TimeSpan poll,
        TimeSpan readAfter = default
    )
    {
        using var run = new KernelRun();
        IAttacher? attacher = null;
        Attachment? attachment = null;
        try
        {
            wire.Inside(() =>
            {
                attacher = Attacher.Open(run.Program, AttachMethod.Auto);
                attachment = attacher.Attach(wire.Index, LinkLayer.Ethernet);
            });
            using var listener = NetworkNamespace.Run(wire.Far.Path, () => Listen());
            using var sender = NetworkNamespace.Run(
                wire.Near.Path,
                () => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
            );
            var received = Task.Run(() => Receive(listener, readAfter));
            var begun = Stopwatch.GetTimestamp();
            sender.Connect(IPAddress.Parse("192.0.2.2"), Port);
            var info = Send(sender, bytes, poll);
            sender.Shutdown(SocketShutdown.Send);
            Assert.Equal(bytes, received.GetAwaiter().GetResult());
            info = info with
            {
                TotalRetransmits = ReadInfo(sender, 100),
                Took = Stopwatch.GetElapsedTime(begun),
            };
            return (Assert.Single(run.Drain(), f => f.Key.Protocol == 6), info);
        }
        finally
        {
            attachment?.Dispose();
            attacher?.Dispose();
        }
    }

    private static Socket Listen()
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Any, Port));
        listener.Listen(1);
        return listener;
    }

    private static long Receive(Socket listener, TimeSpan after)
    {
        using var connection = listener.Accept();
        // Until nothing more fits in.
        for (var waiting = -1; after > TimeSpan.Zero && waiting != connection.Available; )
        {
            waiting = Math.Max(connection.Available, 1);
            Thread.Sleep(after);
        }

        var buffer = new byte[64 * 1024];
        long total = 0;
        for (int count; (count = connection.Receive(buffer)) > 0; total += count) { }
        return total;
    }

    private static Info Send(Socket sender, int bytes, TimeSpan poll)
    {
        var (sum, samples, next) = (0.0, 0, DateTime.UtcNow);
        for (var sent = 0; sent < bytes; )
        {
            sent += sender.Send(Chunk.AsSpan(0, Math.Min(Chunk.Length, bytes - sent)));
            if (poll > TimeSpan.Zero && DateTime.UtcNow > next)
            {
                sum += ReadInfo(sender, 68);
                samples++;
                next = DateTime.UtcNow + poll;
            }
        }

        return new Info(0, ReadInfo(sender, 148), samples == 0 ? 0 : sum / samples, default);
    }

    /// <param name="offset">In struct tcp_info, include/uapi/linux/tcp.h: tcpi_rtt 68, tcpi_total_retrans 100, tcpi_min_rtt 148.</param>
    private static uint ReadInfo(Socket socket, int offset)
    {
        var info = new byte[160];
        socket.GetRawSocketOption(6, 11, info);
        return BinaryPrimitives.ReadUInt32LittleEndian(info.AsSpan(offset));
    }

    private readonly record struct Info(
        uint TotalRetransmits,
        uint MinRttUs,
        double MeanRttUs,
        TimeSpan Took
    );
}
