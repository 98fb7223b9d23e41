using System.Runtime.InteropServices;
using NetMon.Bpf.Interop;
using NetMon.Bpf.Layouts;
using NetMon.Bpf.Objects;
using NetMon.Bpf.Pinning;
using NetMon.Bpf.Records;

namespace NetMon.Bpf;

/// <summary>
/// The maps of earlier flow programs whose layout or size is not that of the ones loaded: what is in them is read by their own iterator, and
/// translated by the names of fields. Used by one thread, when none of those programs is attached any more.
/// </summary>
/// <remarks>
/// <code>
///   (1) WaitForPrograms   those that are running still end
///   (2) ReadRing          until it is empty
///   (3) ReadMap           every flow's last record; what ended before may come again, for a packet that was under way
///   (4) what it had counted beside flows is carried to the programs that are loaded, and the pins go: FlowProgram.Complete
/// </code>
/// </remarks>
public sealed class FlowPredecessor : IDisposable
{
    private readonly FlowGeneration _generation;
    private readonly RecordTranslation? _translation;
    private readonly RecordTranslation? _counters;
    private readonly RecordTranslation? _buckets;
    private readonly RecordTranslation? _carried;
    private readonly RingBuffer<byte>? _ring;
    private readonly byte[] _raw;
    private FlowIterator? _pass;

    /// <param name="generation">Disposed with this.</param>
    /// <param name="bpfObject">Of the programs that are loaded: what is read gets their layout.</param>
    internal FlowPredecessor(FlowGeneration generation, BpfObject bpfObject)
    {
        _generation = generation;
        _translation = Translation(FlowGeneration.RecordStruct, bpfObject);
        _counters = Translation("netmon_counters", bpfObject);
        _buckets = Translation("overflow_bucket", bpfObject);
        _carried = Translation("netmon_carried", bpfObject);
        _raw = _translation is { FromSize: var size } ? new byte[size * FlowIterator.MaxRecordsOf(size)] : [];
        if (_translation is not null && generation.Map("records") is { } records)
        {
            _ring = new RingBuffer<byte>(records, _translation.FromSize);
            RingId = records.ReadInfo().Id;
        }
    }

    /// <summary>Whether its records can be read; else all that is left to do is to remove it.</summary>
    public bool IsReadable => _translation is not null;

    /// <summary>The kernel's number of its ring; 0 if it has none.</summary>
    public uint RingId { get; }

    /// <summary>Fields of its records that the ones of today do not have.</summary>
    public IReadOnlyList<string> LostFields => _translation?.Lost ?? [];

    internal FlowGeneration Generation => _generation;

    /// <summary>Waits until every program that was running is at its end (an RCU grace period, membarrier(2)).</summary>
    public static void WaitForPrograms()
    {
        if (Libc.WaitForGracePeriod() != 0)
        {
            // Refused where CPUs run without ticks: a program takes microseconds.
            Thread.Sleep(TimeSpan.FromSeconds(1));
        }
    }

    /// <summary>Leaves out what was processed before, by another process.</summary>
    /// <param name="position">Of the consumer, after the last record that was.</param>
    public void SkipRing(ulong position)
    {
        if (_ring is not null && position > _ring.Position)
        {
            _ring.SkipTo(position);
        }
    }

    /// <summary>Reads the ring; records stay in it until <see cref="SkipRing"/>.</summary>
    /// <param name="records">Gets the records.</param>
    /// <param name="positions">Gets the consumer's position after each record.</param>
    /// <returns>How many there were.</returns>
    public int PeekRing(Span<FlowRecord> records, Span<ulong> positions)
    {
        if (_ring is null || _translation is null)
        {
            return 0;
        }

        var sink = new Sink(_translation);
        _ring.Peek(ref sink, Math.Min(records.Length, positions.Length));
        sink.Records.CopyTo(records);
        sink.Positions.CopyTo(positions);
        return sink.Records.Count;
    }

    /// <summary>Goes on with a pass over the map in which every flow that is not at its end comes to it, by our doing.</summary>
    /// <param name="records">Gets the records.</param>
    /// <returns>How many; 0 at the end of the pass.</returns>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public int ReadMap(Span<FlowRecord> records)
    {
        if (_translation is null || _generation.DrainLink is not { } link)
        {
            return 0;
        }

        _pass ??= FlowIterator.Open(link);
        var size = _translation.FromSize;
        var room = Math.Min(records.Length * size, _raw.Length);
        var count = _pass.Read(_raw.AsSpan(0, room), size);
        for (var i = 0; i < count; i++)
        {
            records[i] = Translate(_translation, _raw.AsSpan(i * size, size));
            if (records[i].Reason == RecordReason.End)
            {
                records[i].State.Flags |= FlowFlags.Left;
            }
        }

        if (count == 0)
        {
            _pass.Dispose();
            _pass = null;
        }

        return count;
    }

    /// <summary>What it counted beside flows, with what it was given by those before it.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    internal CarriedCounts ReadCounts()
    {
        var counts = default(CarriedCounts);
        if (_carried is not null && _generation.Map("carried") is { } carried)
        {
            var raw = new byte[carried.ValueSize];
            carried.LookupBytes(0, raw);
            _carried.Apply(raw, MemoryMarshal.AsBytes(new Span<CarriedCounts>(ref counts)));
        }

        Add(ref counts.Counters, _counters, "counters", 0);
        for (var i = 0; i < OverflowBucket.Count; i++)
        {
            Add(ref counts.Overflow[i], _buckets, "overflow", (uint)i);
        }

        return counts;
    }

    public void Dispose()
    {
        _pass?.Dispose();
        _ring?.Dispose();
        _generation.Dispose();
    }

    private RecordTranslation? Translation(string name, BpfObject bpfObject) =>
        _generation.LayoutOf(name) is { } old && bpfObject.LayoutOf(name) is { } own
            ? new RecordTranslation(old, own)
            : null;

    /// <summary>Adds the values of all CPUs.</summary>
    private void Add<T>(ref T sum, RecordTranslation? translation, string map, uint index)
        where T : unmanaged
    {
        if (translation is null || _generation.Map(map) is not { } perCpu)
        {
            return;
        }

        var stride = (perCpu.ValueSize + 7) & ~7;
        var raw = new byte[stride * Libbpf.libbpf_num_possible_cpus()];
        perCpu.LookupBytes(index, raw);
        for (var start = 0; start < raw.Length; start += stride)
        {
            var one = default(T);
            translation.Apply(
                raw.AsSpan(start, translation.FromSize),
                MemoryMarshal.AsBytes(new Span<T>(ref one))
            );
            CarriedCounts.Add(ref sum, in one);
        }
    }

    private static FlowRecord Translate(RecordTranslation translation, ReadOnlySpan<byte> raw)
    {
        var record = default(FlowRecord);
        translation.Apply(raw, MemoryMarshal.AsBytes(new Span<FlowRecord>(ref record)));

        // A layout without it counted every flow.
        record.SamplingRate = Math.Max(record.SamplingRate, 1);
        return record;
    }

    private readonly struct Sink(RecordTranslation translation) : IRecordHandler<byte>
    {
        public List<FlowRecord> Records { get; } = [];

        public List<ulong> Positions { get; } = [];

        public void OnRecord(in byte record, ulong position)
        {
            var raw = MemoryMarshal.CreateReadOnlySpan(in record, translation.FromSize);
            Records.Add(Translate(translation, raw));
            Positions.Add(position);
        }
    }
}
