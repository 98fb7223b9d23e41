using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NetMon.Bpf.Interop;
using NetMon.Bpf.Objects;
using NetMon.Bpf.Pinning;
using NetMon.Bpf.Records;

namespace NetMon.Bpf.Drops;

/// <summary>The drop program and its maps, in the kernel and attached. Everything vanishes from the kernel when it is disposed or the process ends, unless it is pinned.</summary>
/// <remarks>
/// Not thread-safe, but for the reads of totals.
/// <code>
///   skb:kfree_skb --> map A          map B        Take: (1) drops go to B; returns when no program uses A any more
///                     (empty) <-- user space            (2) read and delete all of A, which nobody changes
/// </code>
/// </remarks>
public sealed class DropProgram : IDisposable
{
    private const string Resource = "drops.bpf.o";
    private const string PinKind = "drops";
    private const string LinkPin = "link";
    private const int BatchEntries = 512;
    private static readonly string[] Programs = ["netmon_drop", "netmon_drop_raw"];
    private static readonly string[] Maps =
    [
        "drops",
        "drops_a",
        "drops_b",
        "drop_totals",
        "drop_activity",
        "drop_ordinary_places",
    ];

    /// <summary>A map with what programs before had missed; not one of the programs'.</summary>
    internal const string MissedPin = "missed_before";

    private readonly BpfProgram _program;
    private readonly BpfMap _active;
    private readonly BpfMap[] _sums;
    private readonly BpfMap _totals;
    private readonly BpfMap _activity;
    private readonly BpfMap _ordinaryPlaces;
    private readonly FileDescriptor _link;
    private readonly int _cpus = Libbpf.libbpf_num_possible_cpus();
    private readonly DropKey[] _keys = new DropKey[BatchEntries];
    private readonly DropValue[] _values = new DropValue[BatchEntries];
    private readonly ulong[] _activityPerCpu;
    private readonly BpfMap? _missedBefore;
    private List<(DropKey Key, DropValue Value)> _inherited = [];
    private BpfMap? _types;
    private int _filling;

    /// <param name="program">Its name says which tracepoint it is for.</param>
    /// <param name="map">Gives the maps by their names.</param>
    /// <param name="link">By which it is attached; null: it is to be attached.</param>
    /// <param name="missedBefore">What programs before it had missed; null: there were none.</param>
    /// <param name="inherited">The sums that they had gathered.</param>
    private DropProgram(
        BpfProgram program,
        Func<string, BpfMap> map,
        FileDescriptor? link,
        BpfMap? missedBefore = null,
        List<(DropKey Key, DropValue Value)>? inherited = null
    )
    {
        _missedBefore = missedBefore;
        _inherited = inherited ?? [];
        _program = program;
        _active = map("drops");
        _sums = [map("drops_a"), map("drops_b")];
        _totals = map("drop_totals");
        _activity = map("drop_activity");
        _ordinaryPlaces = map("drop_ordinary_places");
        _activityPerCpu = new ulong[_cpus];
        IsTyped = string.Equals(program.Name, Programs[0], StringComparison.Ordinal);
        Adopted = link is not null;
        if (Adopted && _active.TryLookup(0u, out uint filling))
        {
            _filling = filling == _sums[0].ReadInfo().Id ? 0 : 1;
        }

        _link = link ?? BpfLink.CreateTracepoint(_program.Descriptor, IsTyped ? [] : "kfree_skb\0"u8);
    }

    /// <summary>Whether it is an earlier process's, with all that was dropped meanwhile.</summary>
    public bool Adopted { get; }

    /// <summary>Attached to the tracepoint with types (tp_btf); else to the raw one.</summary>
    public bool IsTyped { get; }

    /// <summary>Kernel memory of all maps, as /proc/self/fdinfo accounts it.</summary>
    /// <exception cref="BpfException">The kernel does not say.</exception>
    public long MapMemoryBytes =>
        _sums[0].MemoryBytes + _sums[1].MemoryBytes + _totals.MemoryBytes + _ordinaryPlaces.MemoryBytes;

    /// <summary>Removes what an earlier process left attached.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public static void Remove(PinDirectory? pins) => ObjectPins.Remove(pins, PinKind);

    /// <summary>Loads and attaches, or takes over exactly the same of an earlier process: to the typed tracepoint, or where that is refused to the raw one.</summary>
    /// <exception cref="BpfException">libbpf is missing, privileges are, or the kernel refused both: says what, errno, and libbpf's log.</exception>
    /// <param name="options">Fixed while it is loaded.</param>
    /// <param name="pins">Where it outlives the process; null: nowhere.</param>
    public static DropProgram Load(DropProgramOptions options, PinDirectory? pins = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.MaxEntries <= 0)
        {
            throw new ArgumentException("room for one entry at least is needed", nameof(options));
        }

        return pins is not null
            ? Load(options, pins, FlowProgram.ReadResource(Resource))
            : Load(options, inheritance: null, FlowProgram.ReadResource(Resource));
    }

    /// <param name="options">As <see cref="Load(DropProgramOptions, PinDirectory?)"/>.</param>
    /// <param name="typed">Which of the two.</param>
    /// <param name="inheritance">Of the programs whose place it takes; null: there are none.</param>
    /// <param name="image">The object; null: the one that this assembly carries.</param>
    /// <exception cref="BpfException">The kernel refused.</exception>
    internal static DropProgram Load(
        DropProgramOptions options,
        bool typed,
        DropInheritance? inheritance = null,
        byte[]? image = null
    )
    {
        using var bpfObject = BpfObject.Open(image ?? FlowProgram.ReadResource(Resource), "netmon_drops"u8);
        bpfObject.SetMaxEntries("drops_a", options.MaxEntries);
        bpfObject.SetMaxEntries("drops_b", options.MaxEntries);
        bpfObject.SetVariable(".rodata", "config", ConfigOf(options));
        bpfObject.LeaveOut(Programs[typed ? 1 : 0]);
        bpfObject.Load();
        inheritance?.GiveTo(bpfObject);
        return new DropProgram(
            bpfObject.TakeProgram(Programs[typed ? 0 : 1]),
            bpfObject.TakeMap,
            link: null,
            inheritance?.Missed is { } missed and not 0
                ? BpfMap.Holding("netmon_missed", MemoryMarshal.AsBytes(new ReadOnlySpan<ulong>(in missed)))
                : null,
            inheritance?.Sums
        )
        {
            _types = BpfMap.Holding("netmon_types", bpfObject.TypeBytes),
        };
    }

    private static DropProgram Load(DropProgramOptions options, DropInheritance? inheritance, byte[] image)
    {
        try
        {
            return Load(options, typed: true, inheritance, image);
        }
        catch (BpfException)
        {
            return Load(options, typed: false, inheritance, image);
        }
    }

    // What cannot be pinned, or taken over, is loaded as if nothing were there.
    internal static DropProgram Load(DropProgramOptions options, PinDirectory pins, byte[] image)
    {
        var config = ConfigOf(options);
        var settings = new byte[Unsafe.SizeOf<DropConfig>() + sizeof(int)];
        MemoryMarshal.Write(settings, in config);
        MemoryMarshal.Write(settings.AsSpan(Unsafe.SizeOf<DropConfig>()), options.MaxEntries);
        var own = new ObjectPins(pins, PinKind, image, settings);
        try
        {
            if (own.Exist)
            {
                own.RemoveOthers();
                var name = Programs[own.Has(Programs[0]) ? 0 : 1];
                return new DropProgram(
                    own.Program(name),
                    own.Map,
                    own.Link(LinkPin),
                    own.Has(MissedPin) ? own.Map(MissedPin) : null
                );
            }
        }
        catch (BpfException)
        {
            Remove(pins);
        }

        var loaded = Replace(options, own, pins, image);
        try
        {
            own.Keep([
                (loaded._program.Name, loaded._program.Descriptor),
                (LinkPin, loaded._link),
                .. Maps.Zip(loaded.AllMaps, (name, map) => (name, map.Descriptor)),
                .. loaded._types is { } types
                    ? [(FlowGeneration.Types, types.Descriptor)]
                    : Array.Empty<(string, FileDescriptor)>(),
                .. loaded._missedBefore is { } missed
                    ? [(MissedPin, missed.Descriptor)]
                    : Array.Empty<(string, FileDescriptor)>(),
            ]);
        }
        catch (BpfException)
        {
            Remove(pins);
        }

        return loaded;
    }

    // Programs of another build or with other settings, if there are some, go; what they had gathered stays.
    private static DropProgram Replace(
        DropProgramOptions options,
        ObjectPins own,
        PinDirectory pins,
        byte[] image
    )
    {
        DropInheritance? inheritance = null;
        try
        {
            inheritance = new DropInheritance(own);
        }
        catch (BpfException)
        {
            Remove(pins);
        }

        using (inheritance)
        {
            try
            {
                return Load(options, inheritance, image);
            }
            catch (BpfException)
            {
                // Nobody would read what they gather.
                Remove(pins);
                throw;
            }
        }
    }

    /// <summary>In the order of <see cref="Maps"/>.</summary>
    private BpfMap[] AllMaps => [_active, _sums[0], _sums[1], _totals, _activity, _ordinaryPlaces];

    /// <summary>Buffers that were neither ordinary nor foreign since the load: whether <see cref="Take"/> will find something.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public ulong ReadActivity()
    {
        _activity.LookupPerCpu(0, _activityPerCpu.AsSpan());
        var sum = 0ul;
        foreach (var each in _activityPerCpu)
        {
            sum += each;
        }

        return sum;
    }

    /// <summary>Takes every sum out of the kernel: all that was dropped since the call before is in the results of this call or, once, of the next. Takes some 10 ms.</summary>
    /// <param name="take">Gets each sum; valid during the call only.</param>
    /// <returns>Sums taken.</returns>
    /// <exception cref="BpfException">The kernel refused; what was not taken remains.</exception>
    public int Take(DropTaker take)
    {
        ArgumentNullException.ThrowIfNull(take);
        var taken = _inherited.Count;
        foreach (var (key, value) in _inherited)
        {
            take(in key, in value);
        }

        _inherited = [];
        _active.Point(_sums[1 - _filling]); // (1)
        var full = _sums[_filling];
        _filling = 1 - _filling;
        var position = 0u;
        var started = false;
        bool more;
        do // (2)
        {
            more = full.TakeBatch(_keys.AsSpan(), _values.AsSpan(), ref position, ref started, out var count);
            for (var i = 0; i < count; i++)
            {
                take(in _keys[i], in _values[i]);
            }

            taken += count;
        } while (more);

        return taken;
    }

    /// <summary>Totals since the load, summed over the CPUs. From any thread.</summary>
    /// <returns>By <see cref="DropTotal.IndexOf"/>.</returns>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public DropTotal[] ReadTotals()
    {
        var totals = new DropTotal[DropTotal.Count];
        var perCpu = new DropTotal[_cpus];
        for (var i = 0; i < totals.Length; i++)
        {
            _totals.LookupPerCpu((uint)i, perCpu.AsSpan());
            var sum = MemoryMarshal.Cast<DropTotal, ulong>(new Span<DropTotal>(ref totals[i]));
            foreach (ref var total in perCpu.AsSpan())
            {
                var each = MemoryMarshal.Cast<DropTotal, ulong>(new Span<DropTotal>(ref total));
                for (var word = 0; word < sum.Length; word++)
                {
                    sum[word] += each[word];
                }
            }
        }

        return totals;
    }

    /// <summary>From here on, what is freed at this place for this reason is no loss.</summary>
    /// <exception cref="BpfException">There are too many already, or the kernel refused.</exception>
    public void SetOrdinary(ulong location, uint reason) =>
        _ordinaryPlaces.Update(new DropPlace { Location = location, Reason = reason }, (byte)1);

    /// <summary>Runs and run time while <see cref="FlowProgram.EnableRunStatistics"/> is in force. From any thread.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public ProgramStatistics ReadRunStatistics() => _program.ReadStatistics();

    /// <summary>Drops that were missed because the program was running on the same CPU: they came in an interrupt. From any thread.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public ulong ReadMissed()
    {
        var before = 0ul;
        _missedBefore?.TryLookup(0u, out before);
        return before + _program.ReadMissed();
    }

    public void Dispose()
    {
        _link.Dispose();
        _program.Dispose();
        _active.Dispose();
        Array.ForEach(_sums, map => map.Dispose());
        _totals.Dispose();
        _activity.Dispose();
        _ordinaryPlaces.Dispose();
        _missedBefore?.Dispose();
        _types?.Dispose();
    }

    private static DropConfig ConfigOf(DropProgramOptions options)
    {
        var config = default(DropConfig);
        foreach (var reason in options.Ordinary)
        {
            if (reason < DropTotal.Reasons)
            {
                config.Ordinary[(int)reason / 64] |= 1ul << (int)(reason % 64);
            }
        }

        return config;
    }
}

/// <summary>Takes a sum of drops.</summary>
public delegate void DropTaker(in DropKey key, in DropValue value);
