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
    private readonly RecordTranslation? _counters;
    private readonly RecordTranslation? _buckets;
    private readonly RecordTranslation? _carried;
    private readonly RingBuffer<byte>? _ring;
    private FlowIterator? _pass;
    private bool _passHadRecords;

    /// <param name="generation">Disposed with this.</param>
    /// <param name="bpfObject">Of the programs that are loaded: what is read gets their layout.</param>
    internal FlowPredecessor(FlowGeneration generation, BpfObject bpfObject)
    {
        _generation = generation;
        Layout = generation.LayoutOf(FlowGeneration.RecordStruct) is { } fields
            ? RecordLayout.From(fields)
            : null;
        _counters = Translation("netmon_counters", bpfObject);
        _buckets = Translation("overflow_bucket", bpfObject);
        _carried = Translation("netmon_carried", bpfObject);
        if (Layout is not null && generation.Map("records") is { } records)
        {
            _ring = new RingBuffer<byte>(records, Layout.RecordBytes);
            RingId = records.ReadInfo().Id;
        }
    }

    /// <summary>Whether its records can be read; else all that is left to do is to remove it.</summary>
    public bool IsReadable => Layout is not null;

    /// <summary>Of its records; null if it cannot be read.</summary>
    public RecordLayout? Layout { get; }

    /// <summary>The kernel's number of its ring; 0 if it has none.</summary>
    public uint RingId { get; }

    /// <summary>Fields of its records that the ones of today do not have.</summary>
    public IReadOnlyList<string> LostFields => Layout?.LostFields ?? [];

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
        if (_ring is null || Layout is null)
        {
            return 0;
        }

        var sink = new Sink(Layout);
        _ring.Peek(ref sink, Math.Min(records.Length, positions.Length));
        sink.Records.CopyTo(records);
        sink.Positions.CopyTo(positions);
        return sink.Records.Count;
    }

    /// <summary>Goes on with passes over the map in which every flow that is not at its end comes to it, by our doing, until one finds none.</summary>
    /// <remarks>A drain program of before may delete entries whose time has come while it walks, and a pass that goes on after a read leaves out one for each.</remarks>
    /// <param name="room">Gets the records as they are, for <see cref="RecordLayout.TranslateDrained"/>: once they are read, they are nowhere else.</param>
    /// <returns>How many; 0 at the end.</returns>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public int ReadMap(Span<byte> room)
    {
        if (Layout is null || _generation.DrainLink is not { } link)
        {
            return 0;
        }

        var size = Layout.RecordBytes;
        var most = Math.Min(room.Length / size, FlowIterator.MaxRecordsOf(size));
        while (true)
        {
            _pass ??= FlowIterator.Open(link);
            var count = _pass.Read(room[..(most * size)], size);
            if (count > 0)
            {
                _passHadRecords = true;
                return count;
            }

            _pass.Dispose();
            _pass = null;
            if (!_passHadRecords)
            {
                return 0;
            }

            _passHadRecords = false;
        }
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

    private readonly struct Sink(RecordLayout layout) : IRecordHandler<byte>
    {
        public List<FlowRecord> Records { get; } = [];

        public List<ulong> Positions { get; } = [];

        public void OnRecord(in byte record, ulong position)
        {
            Records.Add(layout.Translate(MemoryMarshal.CreateReadOnlySpan(in record, layout.RecordBytes)));
            Positions.Add(position);
        }
    }
}
