using NetMon.Bpf.Tests.TestRun;
using NetMon.Testing.Packets;
using Xunit.Abstractions;

namespace NetMon.Bpf.Tests.Tracking;

/// <summary>
/// Random segments of random connections against a model that knows no wrap-around: offsets in the stream as 64-bit numbers. The kernel sees
/// them as 32-bit sequence numbers from a random start.
/// </summary>
public sealed class SequenceModelTests(ITestOutputHelper output)
{
    private static readonly FlowProgramOptions BySequence = new() { TcpHealth = false };
    private const int Seed = 4711;
    private const int Connections = 400;
    private const int SegmentsOfEach = 40;

    [SkippableFact]
    public void Retransmitted_segments_and_bytes_are_those_below_the_highest_offset_sent()
    {
        output.WriteLine($"seed {Seed}");
        var random = new Random(Seed);
        using var run = new KernelRun(BySequence);
        var expected = new Dictionary<ushort, (uint Segments, ulong Bytes, long Packets)>();
        for (ushort port = 1; port <= Connections; port++)
        {
            var start =
                port % 3 == 0 ? uint.MaxValue - (uint)random.Next(3000) : (uint)random.NextInt64(1L << 32);
            long highest = 0;
            var (segments, bytes) = (0u, 0ul);
            run.Feed(Segment(port, start, 0, 10));
            highest = 10;
            for (var i = 1; i < SegmentsOfEach; i++)
            {
                var offset = Math.Max(0, highest + random.Next(-300, 100));
                var length = random.Next(0, 4) == 0 ? random.Next(0, 2) : random.Next(1, 200);
                var keepAlive = length <= 1 && offset == highest - 1;
                if (length > 0 && offset < highest && !keepAlive)
                {
                    segments++;
                    bytes += (ulong)Math.Min(length, highest - offset);
                }

                // A segment without payload sends nothing, wherever it stands.
                highest = length > 0 ? Math.Max(highest, offset + length) : highest;
                run.Feed(Segment(port, start, offset, length));
            }

            expected[port] = (segments, bytes, SegmentsOfEach);
        }

        var flows = run.Drain();
        Assert.Equal(Connections, flows.Count);
        Assert.All(
            flows,
            flow =>
                Assert.Equal(
                    expected[flow.Key.Port[flow.Source]],
                    (flow.RetransmitsSent.Segments, flow.RetransmitsSent.Bytes, flow.Sent.Packets)
                )
        );
    }

    private static Packet Segment(ushort port, uint start, long offset, int length) =>
        Packet
            .Ethernet()
            .IPv4("10.0.0.1", "10.0.0.2")
            .Tcp(port, 80, TcpFlags.Ack, unchecked(start + (uint)offset))
            .Payload(length);
}
