using System.Diagnostics;
using System.Runtime.InteropServices;
using NetMon.Bpf.Records;
using NetMon.Testing.Packets;

namespace NetMon.Bpf.Tests.TestRun;

/// <summary>
/// A freshly loaded flow program, fed packet by packet through BPF_PROG_TEST_RUN. Skips the test where the kernel or the user does not
/// allow that. Every packet must come back with the verdict "next".
/// </summary>
internal sealed class KernelRun : IDisposable, IRecordHandler<FlowRecord>
{
    /// <summary>TCX_NEXT and TC_ACT_UNSPEC: the packet goes on to whoever is next.</summary>
    public const uint Next = uint.MaxValue;

    /// <summary>More than any ring of the tests holds: enough to empty it, and an end where other threads keep filling it.</summary>
    private const int MaxConsumed = 100_000;

    private readonly Dictionary<Identity, SeenFlow> _flows = [];
    private readonly FlowRecord[] _chunk = new FlowRecord[256];

    public KernelRun(FlowProgramOptions? options = null)
    {
        Program = Privileges.Load(options ?? new FlowProgramOptions());
    }

    /// <summary>
    /// A run in which something was done within a time: what comes of it depends on that, and a machine that stands still meanwhile says nothing.
    /// </summary>
    /// <param name="options">Of the run.</param>
    /// <param name="limit">What is longer is done once more, in a new run.</param>
    /// <param name="steps">What is done.</param>
    public static KernelRun Within(TimeSpan limit, FlowProgramOptions options, Action<KernelRun> steps)
    {
        while (true)
        {
            var run = new KernelRun(options);
            try
            {
                var start = Stopwatch.GetTimestamp();
                steps(run);
                if (Stopwatch.GetElapsedTime(start) < limit)
                {
                    return run;
                }
            }
            catch
            {
                run.Dispose();
                throw;
            }

            run.Dispose();
        }
    }

    public FlowProgram Program { get; }

    public long PacketsFed { get; private set; }

    /// <summary>Since the load.</summary>
    public KernelCounters Counters => Program.ReadCounters();

    /// <summary>Where the packets of <see cref="Feed(Packet, TestRunOptions)"/> go; a packet without Ethernet needs <see cref="LinkLayer.None"/>.</summary>
    public Hook Hook { get; set; } = Hook.Ingress;
    public LinkLayer Link { get; set; } = LinkLayer.Ethernet;

    /// <summary>Interface that the packets seem to cross; 0 is the loopback device's stand-in.</summary>
    public int Ifindex { get; set; }

    public KernelRun Feed(params ReadOnlySpan<Packet> packets)
    {
        foreach (var packet in packets)
        {
            Feed(packet.Build());
        }

        return this;
    }

    public KernelRun Feed(byte[] packet) => Feed(packet.AsSpan());

    public KernelRun Feed(ReadOnlySpan<byte> packet, ushort gsoSize = 0, ushort gsoSegments = 0)
    {
        var options = new TestRunOptions
        {
            Ifindex = Ifindex,
            GsoSize = gsoSize,
            GsoSegs = gsoSegments,
        };
        var result = Program.TestRun(Link, Hook, packet, options);
        if ((uint)result.ReturnValue != Next)
        {
            Assert.Fail($"verdict {result.ReturnValue} for {Convert.ToHexString(packet)}");
        }

        PacketsFed += Math.Max(1, (int)gsoSegments);
        return this;
    }

    /// <summary>Everything that the kernel has to say: the ring, then every flow of the map with all pending counts.</summary>
    public IReadOnlyList<SeenFlow> Drain()
    {
        Consume();
        using var drain = Program.OpenDrain();
        Read(drain);
        Consume();
        return [.. _flows.Values];
    }

    /// <summary>Runs the sweep once; returns how many records it gave.</summary>
    public int Sweep()
    {
        Consume();
        using var sweep = Program.OpenSweep();
        return Read(sweep);
    }

    /// <summary>Takes what is on the ring; returns the flows seen so far.</summary>
    public IReadOnlyList<SeenFlow> Consume()
    {
        var self = this;
        Program.Ring.Consume(ref self, MaxConsumed);
        return [.. _flows.Values];
    }

    /// <summary>The only flow that there is.</summary>
    public SeenFlow DrainSingle() => Assert.Single(Drain());

    /// <summary>Sum over the overflow buckets, in packets and bytes.</summary>
    public Amount Overflow()
    {
        var buckets = Buckets();
        return new(buckets.Sum(b => (long)b.Packets), buckets.Sum(b => (long)b.Bytes));
    }

    public OverflowBucket[] Buckets()
    {
        var buckets = new OverflowBucket[8];
        Program.ReadOverflow(buckets);
        return buckets;
    }

    /// <summary>Packets that are not in a flow, by the counters' own account.</summary>
    public long OutsideFlows()
    {
        var counters = Counters;
        return (long)(
                counters.SkippedPackets
                + counters.UnsampledPackets
                + counters.Arp
                + counters.NonIp
                + counters.Malformed
            ) + Overflow().Packets;
    }

    public void OnRecord(in FlowRecord record, ulong position)
    {
        var words = MemoryMarshal.Cast<FlowKey, ulong>(new ReadOnlySpan<FlowKey>(in record.Key));
        var identity = new Identity(words[0], words[1], words[2], words[3], words[4], record.State.FirstNs);
        if (!_flows.TryGetValue(identity, out var flow))
        {
            _flows.Add(identity, flow = new SeenFlow(record.Key));
        }

        flow.Add(record);
    }

    /// <summary>Forgets every flow. The drain has ended them in the kernel: whatever comes begins a new one.</summary>
    public void Clear()
    {
        Drain();
        _flows.Clear();
    }

    public void Dispose() => Program.Dispose();

    private int Read(FlowIterator iterator)
    {
        var total = 0;
        for (int count; (count = iterator.Read(_chunk)) > 0; total += count)
        {
            for (var i = 0; i < count; i++)
            {
                OnRecord(_chunk[i], 0);
            }
        }

        return total;
    }

    /// <summary>The 40 bytes of the key, and the time that tells flows with the same key apart.</summary>
    private readonly record struct Identity(
        ulong Word0,
        ulong Word1,
        ulong Word2,
        ulong Word3,
        ulong Word4,
        ulong FirstNs
    );
}
