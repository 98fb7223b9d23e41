using System.Runtime.InteropServices;
using NetMon.Bpf.Interop;
using NetMon.Bpf.Objects;
using NetMon.Bpf.Pinning;
using NetMon.Bpf.Records;

namespace NetMon.Bpf;

/// <summary>
/// The flow programs and their maps, loaded into the kernel. Everything vanishes from the kernel when it is disposed or the process ends, unless
/// it is pinned: then maps, and what is attached, stay for the next load.
/// </summary>
/// <remarks>Not thread-safe, but for <see cref="RingBuffer{TRecord}.Wake"/>; the ring, iterators and maps may each be used by a thread of their own.</remarks>
public sealed class FlowProgram : IDisposable
{
    private const string Resource = "flows.bpf.o";

    private readonly BpfProgram[] _packetPrograms;
    private readonly BpfMap _flows;
    private readonly BpfMap _records;
    private readonly BpfMap _counters;
    private readonly BpfMap _overflow;
    private readonly BpfMap _carriedCounts;
    private readonly BpfMap _interfaces;
    private readonly BpfMap _fragments;
    private readonly BpfMap _freshFlow;
    private readonly SamplingSwitch _sampling;
    private readonly FileDescriptor _sweep;
    private readonly FileDescriptor _drain;

    // Links alone would do, but who lacks CAP_SYS_ADMIN cannot ask the kernel for the programs behind them.
    private readonly List<BpfProgram> _iterators = [];
    private readonly KernelCounters[] _countersPerCpu;
    private readonly OverflowBucket[] _bucketPerCpu;
    private readonly Lock _gate = new();
    private readonly List<FlowPredecessor> _predecessors = [];

    private FlowProgram(BpfObject bpfObject, BpfProgram[] packetPrograms, FlowPins? pins)
    {
        _packetPrograms = packetPrograms;
        _flows = bpfObject.TakeMap("flows");
        _records = bpfObject.TakeMap("records");
        _counters = bpfObject.TakeMap("counters");
        _overflow = bpfObject.TakeMap("overflow");
        _carriedCounts = bpfObject.TakeMap("carried");
        _interfaces = bpfObject.TakeMap("interfaces");
        _fragments = bpfObject.TakeMap("fragments");
        _freshFlow = bpfObject.TakeMap("fresh_flow");
        using var sampling = bpfObject.TakeMap(SamplingSwitch.Section);
        _sampling = new SamplingSwitch(sampling);
        _sweep = Iterator(bpfObject, pins, "netmon_sweep", FlowGeneration.Sweep);
        _drain = Iterator(bpfObject, pins, "netmon_drain", FlowGeneration.Drain);
        using var types = pins is null ? null : BpfMap.Holding("netmon_types", bpfObject.TypeBytes);
        pins?.Keep([
            .. types is null
                ? Array.Empty<(string, FileDescriptor)>()
                : [(FlowGeneration.Types, types.Descriptor)],
            .. Maps.Select(map => (map.Name, map.Descriptor)),
            (FlowGeneration.Sweep, _sweep),
            (FlowGeneration.Drain, _drain),
        ]);
        Adopted = pins?.Adopted ?? false;
        foreach (var older in pins?.TakeOlder() ?? [])
        {
            _predecessors.Add(new FlowPredecessor(older, bpfObject));
        }

        Ring = new RingBuffer<FlowRecord>(_records);
        RingId = _records.ReadInfo().Id;
        var cpus = Libbpf.libbpf_num_possible_cpus();
        _countersPerCpu = new KernelCounters[cpus];
        _bucketPerCpu = new OverflowBucket[cpus];
    }

    public RingBuffer<FlowRecord> Ring { get; }

    /// <summary>The kernel's number of the ring: as long as it is the same, so are the records at its positions. It is given anew after a start of the machine.</summary>
    public uint RingId { get; }

    /// <summary>Whether the maps are those of an earlier process, with all that was counted meanwhile.</summary>
    public bool Adopted { get; }

    /// <summary>Kernel memory of all maps now, as /proc/self/fdinfo accounts it.</summary>
    /// <exception cref="BpfException">The kernel does not say.</exception>
    public long FlowMapMemoryBytes =>
        _flows.MemoryBytes
        + _records.MemoryBytes
        + _counters.MemoryBytes
        + _overflow.MemoryBytes
        + _carriedCounts.MemoryBytes
        + _interfaces.MemoryBytes
        + _fragments.MemoryBytes
        + _freshFlow.MemoryBytes;

    /// <summary>Maps of earlier programs that these could not take over, oldest first: to be read and completed, one after the other.</summary>
    public IReadOnlyList<FlowPredecessor> Predecessors
    {
        get
        {
            lock (_gate)
            {
                return [.. _predecessors];
            }
        }
    }

    /// <summary>Those that are pinned.</summary>
    private BpfMap[] Maps =>
        [_flows, _records, _counters, _overflow, _carriedCounts, _interfaces, _fragments];

    /// <summary>Loads the programs that this assembly carries.</summary>
    /// <param name="options">Fixed while they are loaded.</param>
    /// <param name="pins">Where the maps stay, and earlier ones are taken over if they fit; null: nowhere.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="BpfException">libbpf is missing, privileges are, or the kernel refused: says what, errno, and libbpf's log.</exception>
    public static FlowProgram Load(FlowProgramOptions options, PinDirectory? pins = null) =>
        Load(options, pins, ReadResource(Resource));

    /// <param name="options">As <see cref="Load(FlowProgramOptions, PinDirectory?)"/>.</param>
    /// <param name="pins">As <see cref="Load(FlowProgramOptions, PinDirectory?)"/>.</param>
    /// <param name="image">The object.</param>
    internal static FlowProgram Load(FlowProgramOptions options, PinDirectory? pins, byte[] image)
    {
        ArgumentNullException.ThrowIfNull(options);
        FlowProgramOptions.Validate(options);
        using var bpfObject = BpfObject.Open(image, "netmon"u8);
        bpfObject.SetMaxEntries("flows", options.MaxFlows);
        bpfObject.SetMaxEntries("records", options.RingBytes);
        bpfObject.SetMaxEntries("fragments", options.MaxFragments);
        bpfObject.SetVariable(".rodata", "config", NetmonConfig.From(options));
        bpfObject.SetVariable(SamplingSwitch.Section, "sampling", NetmonSampling.Of(options.SamplingRate));
        using var store = pins is null ? null : new FlowPins(pins);
        store?.Offer(bpfObject);
        PacketPrograms.LeaveOut(bpfObject);
        bpfObject.Load();
        return new FlowProgram(bpfObject, PacketPrograms.Load(image, bpfObject), store);
    }

    /// <summary>
    /// One flow of so many is counted, chosen by <see cref="FlowSample"/>. May be set at any time and from any thread: counts of the time before
    /// leave with the rate that they were counted at, and flows that are no longer chosen end with the next sweep.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1 or more than <see cref="FlowSample.MaxRate"/>.</exception>
    public int SamplingRate
    {
        get => _sampling.Rate;
        set => _sampling.Rate = value;
    }

    /// <summary>Starts a pass that writes a record for each flow that went quiet with counts pending or has timed out, and removes what timed out earlier.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public FlowIterator OpenSweep() => FlowIterator.Open(_sweep);

    /// <summary>Starts a pass that writes the last record of every flow.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public FlowIterator OpenDrain() => FlowIterator.Open(_drain);

    /// <summary>Tells the programs how an interface is observed; call it before attaching to it.</summary>
    /// <param name="ifindex">The interface.</param>
    /// <param name="kind">A pod's own interface takes over a flow's direction from others.</param>
    /// <param name="sinceNs">When observation begins, nanoseconds of CLOCK_MONOTONIC.</param>
    /// <exception cref="BpfException">The map is full, or the kernel refused.</exception>
    public void SetInterface(int ifindex, InterfaceKind kind, ulong sinceNs) =>
        _interfaces.Update((uint)ifindex, new InterfaceInfo { Kind = kind, SinceNs = sinceNs });

    /// <returns>How the programs were told that an interface is observed; null if they do not know it.</returns>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public InterfaceKind? KindOf(int ifindex) =>
        _interfaces.TryLookup((uint)ifindex, out InterfaceInfo info) ? info.Kind : null;

    /// <summary>Forgets all interfaces but these.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public void RemoveOtherInterfaces(IReadOnlySet<int> attached)
    {
        foreach (var ifindex in _interfaces.Keys<uint>())
        {
            if (!attached.Contains((int)ifindex))
            {
                _interfaces.Delete(ifindex);
            }
        }
    }

    /// <summary>Forgets an interface; one that is not known does not matter.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public void RemoveInterface(int ifindex) => _interfaces.Delete((uint)ifindex);

    /// <summary>Interfaces that the programs know now.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public int InterfaceCount => _interfaces.Count();

    /// <summary>Interfaces that the programs have room for.</summary>
    public int MaxInterfaces => _interfaces.MaxEntries;

    /// <summary>Takes over what a predecessor counted beside flows, and removes it. To be called again if the process ends meanwhile: nothing counts twice.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public void Complete(FlowPredecessor predecessor)
    {
        ArgumentNullException.ThrowIfNull(predecessor);
        lock (_gate)
        {
            var carried = OwnCarried();
            var number = (ulong)predecessor.Generation.Number;
            if (carried.Generation < number)
            {
                var counts = predecessor.ReadCounts();
                carried.Add(in counts);
                carried.Generation = number;
                _carriedCounts.Update(0u, carried);
            }

            _predecessors.Remove(predecessor);
            Pin.RemoveAll(predecessor.Generation.Path);
            predecessor.Dispose();
        }
    }

    /// <summary>Counters since the first load, or the one before which nothing was pinned, summed over the CPUs.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public KernelCounters ReadCounters()
    {
        var earlier = Carried();
        _counters.LookupPerCpu(0, _countersPerCpu.AsSpan());
        var sum = default(KernelCounters);
        var total = MemoryMarshal.Cast<KernelCounters, ulong>(new Span<KernelCounters>(ref sum));
        foreach (ref var counters in _countersPerCpu.AsSpan())
        {
            var each = MemoryMarshal.Cast<KernelCounters, ulong>(new Span<KernelCounters>(ref counters));
            for (var i = 0; i < total.Length; i++)
            {
                total[i] += each[i];
            }
        }

        CarriedCounts.Add(ref sum, in earlier.Counters);
        return sum;
    }

    /// <summary>What found no room in the flow map, since when and how as <see cref="ReadCounters"/>.</summary>
    /// <param name="buckets">Room for <see cref="OverflowBucket.Count"/>; see <see cref="OverflowBucket.IndexOf"/>.</param>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public void ReadOverflow(Span<OverflowBucket> buckets)
    {
        if (buckets.Length < OverflowBucket.Count)
        {
            throw new ArgumentException($"{OverflowBucket.Count} are needed", nameof(buckets));
        }

        var earlier = Carried();
        for (var i = 0; i < OverflowBucket.Count; i++)
        {
            _overflow.LookupPerCpu((uint)i, _bucketPerCpu.AsSpan());
            buckets[i] = earlier.Overflow[i];
            foreach (ref readonly var bucket in _bucketPerCpu.AsSpan())
            {
                buckets[i].Packets += bucket.Packets;
                buckets[i].Bytes += bucket.Bytes;
            }
        }
    }

    /// <summary>Runs a packet through a program in the kernel (BPF_PROG_TEST_RUN), with all its effects on the maps.</summary>
    /// <param name="link">Which program.</param>
    /// <param name="hook">Which program.</param>
    /// <param name="packet">From the link header on, 14 bytes at least. The kernel takes bytes 12 and 13 as the packet's EtherType, for a program without link layer too.</param>
    /// <param name="options">GSO, interface, repetitions.</param>
    /// <exception cref="BpfException">The kernel refuses the packet (too short, too long, no such interface).</exception>
    public TestRunResult TestRun(
        LinkLayer link,
        Hook hook,
        ReadOnlySpan<byte> packet,
        TestRunOptions options = default
    ) => _packetPrograms[PacketPrograms.IndexOf(link, hook)].TestRun(packet, in options);

    /// <summary>Makes the kernel measure every BPF program of the machine until disposed; costs some 20 ns a run.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public static IDisposable EnableRunStatistics()
    {
        LibbpfLibrary.EnsureLoaded();
        var descriptor = Libbpf.bpf_enable_stats(Libbpf.BPF_STATS_RUN_TIME);
        return descriptor < 0
            ? throw new BpfException("measure BPF programs", -descriptor, "")
            : new FileDescriptor(descriptor);
    }

    /// <summary>What the kernel measured of our packet programs.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public ProgramStatistics[] ReadRunStatistics() =>
        Array.ConvertAll(_packetPrograms, program => program.ReadStatistics());

    public void Dispose()
    {
        Ring.Dispose();
        _sampling.Dispose();
        _sweep.Dispose();
        _drain.Dispose();
        _iterators.ForEach(program => program.Dispose());
        foreach (var program in _packetPrograms)
        {
            program.Dispose();
        }

        _flows.Dispose();
        _records.Dispose();
        _counters.Dispose();
        _overflow.Dispose();
        _carriedCounts.Dispose();
        _predecessors.ForEach(each => each.Dispose());
        _interfaces.Dispose();
        _fragments.Dispose();
        _freshFlow.Dispose();
    }

    /// <exception cref="ArgumentException">There are no programs for such a link layer.</exception>
    internal FileDescriptor Program(LinkLayer link, Hook hook) =>
        _packetPrograms[PacketPrograms.IndexOf(link, hook)].Descriptor;

    internal static string NameOf(LinkLayer link, Hook hook) =>
        PacketPrograms.Names[PacketPrograms.IndexOf(link, hook)];

    private CarriedCounts OwnCarried()
    {
        _ = _carriedCounts.TryLookup(0u, out CarriedCounts carried);
        return carried;
    }

    /// <summary>What predecessors counted, those that are to be completed included.</summary>
    private CarriedCounts Carried()
    {
        lock (_gate)
        {
            var carried = OwnCarried();
            foreach (var predecessor in _predecessors)
            {
                if (carried.Generation < (ulong)predecessor.Generation.Number)
                {
                    var counts = predecessor.ReadCounts();
                    carried.Add(in counts);
                }
            }

            return carried;
        }
    }

    private FileDescriptor Iterator(BpfObject bpfObject, FlowPins? pins, string program, string name)
    {
        var taken = bpfObject.TakeProgram(program);
        _iterators.Add(taken);
        return pins?.Iterator(name, taken, _flows) ?? BpfLink.CreateIterator(taken.Descriptor, _flows);
    }

    /// <param name="name">Of an object that this assembly carries.</param>
    internal static byte[] ReadResource(string name = Resource)
    {
        using var stream =
            typeof(FlowProgram).Assembly.GetManifestResourceStream(name)
            ?? throw new BpfException("find the BPF object", 0, $"the assembly has no {name}");
        var image = new byte[stream.Length];
        stream.ReadExactly(image);
        return image;
    }
}
