using System.Buffers;
using NetMon.Core.Flows;
using NetMon.Core.Metrics.Labels;

namespace NetMon.Core.Metrics.Tables;

/// <summary>The series of all families that have the same labels: a row for each combination of label values, a column or a few for each family.</summary>
/// <remarks>
/// <code>
///                   bytes  packets  flows ok  flows failed  ...  latency
///   overflow rows    [  ]    [  ]      [  ]        [  ]            [  ]     what has no room, one row for each direction
///   labels --> row   [  ]    [  ]      [  ]        [  ]            null     a value that is 0 (null) is no series yet
/// </code>
/// So a flow keeps one handle for all of them. One thread writes: all members but <see cref="Read"/> are its own.
/// <para>
/// A row whose workloads are gone, and which no flow holds, is dropped some time later, and its slot is used again. A reader goes
/// through the slots without a lock while that happens. It never sees the labels of one series with a value of another, because
/// they are in one object that is not used again; and it never sees the same labels twice, in a slot that was emptied after it had
/// passed and in one that was filled before it comes: rows that were made after a drop that it may have missed are not for it
/// (<see cref="SeriesRow.Epoch"/>).
/// </para>
/// </remarks>
public sealed class SeriesTable
{
    internal const int OverflowRows = 3;

    private const int ChunkBits = 10;
    private const int ChunkRows = 1 << ChunkBits;

    /// <summary>Slots that one look passes; a large table is gone through in about this many looks.</summary>
    private const int SmallestLook = 4096;
    private const int Looks = 64;

    private ulong _staleNs;
    private readonly SeriesRow?[]?[] _chunks;
    private readonly SeriesRow?[] _overflow = new SeriesRow[OverflowRows];
    private readonly Stack<int> _free = new();
    private readonly RowIndex _index;
    private readonly ArrayBufferWriter<byte> _text = new();
    private readonly List<TableFamily> _families = [];
    private volatile bool _closed;
    private volatile int _room = int.MaxValue;
    private long _refused;
    private int _cells;
    private int _histograms;
    private int _slots;
    private int _count;
    private int _looked;
    private long _epoch;

    /// <param name="labels">What rows are told apart by.</param>
    /// <param name="limit">The most rows, and of each family the most series.</param>
    /// <param name="staleAfter">How long a row is kept after the last flow that held it.</param>
    public SeriesTable(LabelSet labels, int limit, TimeSpan staleAfter)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        Labels = labels;
        Limit = limit;
        _staleNs = (ulong)staleAfter.TotalNanoseconds;
        _index = new RowIndex(labels);
        _chunks = new SeriesRow[(limit + ChunkRows - 1) >> ChunkBits][];
    }

    public LabelSet Labels { get; }

    public int Limit { get; }

    /// <summary>How long a row is kept after the last flow that held it. From any thread.</summary>
    public TimeSpan StaleAfter
    {
        set => Volatile.Write(ref _staleNs, (ulong)value.TotalNanoseconds);
    }

    /// <summary>Rows there are.</summary>
    public int Count => _count;

    /// <summary>Whether labels that were not met yet would get a row of their own.</summary>
    public bool HasRoom => _count < Limit && !_closed && _room > 0;

    /// <summary>No further rows for now, whatever the limit. Any thread.</summary>
    public bool Closed
    {
        get => _closed;
        set => _closed = value;
    }

    /// <summary>Rows that there may be more for now, whatever the limit. Any thread.</summary>
    public int Room
    {
        get => _room;
        set => _room = value;
    }

    /// <summary>How often a row was not made because of <see cref="Closed"/> or <see cref="Room"/>. Any thread.</summary>
    public long Refused => Volatile.Read(ref _refused);

    /// <summary>The row of these labels, held until <see cref="Release"/>; one for the rest if there is no room. Allocates only when it makes a row.</summary>
    public RowHandle Hold(in FlowLabels labels)
    {
        var hash = Labels.Hash(in labels);
        if (_index.Find(in labels, hash) is { } row)
        {
            row.Key = Labels.Renewed(row.Key, in labels);
            row.References++;
            return new RowHandle(row.Slot);
        }

        if (!HasRoom)
        {
            if (_count < Limit)
            {
                Volatile.Write(ref _refused, _refused + 1);
            }

            return new RowHandle((int)labels.Direction);
        }

        if (_room != int.MaxValue)
        {
            Interlocked.Decrement(ref _room);
        }

        var slot = _free.TryPop(out var freed) ? freed : OverflowRows + _slots;
        row = new SeriesRow(Labels.Write(in labels, _text), _cells, _histograms, _epoch)
        {
            Key = Labels.Kept(in labels),
            Hash = hash,
            Slot = slot,
            References = 1,
        };
        _index.Add(row);
        Publish(row);
        _count++;
        return new RowHandle(slot);
    }

    /// <summary>Lets go of a row; the handle names none then.</summary>
    public void Release(ref RowHandle handle)
    {
        if (!handle.IsNone && !handle.IsOverflow)
        {
            var row = this[handle];
            row.References--;
            row.Released = true;
        }

        handle = default;
    }

    /// <summary>The row of a handle that names one.</summary>
    public SeriesRow this[RowHandle handle] =>
        handle.IsOverflow ? Overflow(handle.Slot) : Place(handle.Slot - OverflowRows)!;

    /// <summary>Looks at some of the rows, and drops those that are stale; about once a second.</summary>
    /// <param name="nowNs">CLOCK_MONOTONIC.</param>
    public void Look(ulong nowNs)
    {
        var dropped = 0;
        for (var left = Math.Min(_slots, Math.Max(SmallestLook, _slots / Looks)); left > 0; left--)
        {
            _looked = _looked + 1 < _slots ? _looked + 1 : 0;
            if (Place(_looked) is { References: 0 } row && IsStale(row, nowNs))
            {
                Drop(row);
                dropped++;
            }
        }

        if (dropped > 0)
        {
            // After the slots are empty: a reader that sees this number sees none of the dropped rows.
            Volatile.Write(ref _epoch, _epoch + 1);
        }
    }

    internal IReadOnlyList<TableFamily> Families => _families;

    /// <summary>Makes a row anew in the slot that it had; where that is beyond the limit, the row for the rest is given instead.</summary>
    internal SeriesRow Restore(int slot, in FlowLabels labels)
    {
        if (slot < OverflowRows)
        {
            return Overflow(slot);
        }

        if (slot - OverflowRows >= Limit)
        {
            return Overflow((int)labels.Direction);
        }

        var row = new SeriesRow(Labels.Write(in labels, _text), _cells, _histograms, _epoch)
        {
            Key = Labels.Kept(in labels),
            Hash = Labels.Hash(in labels),
            Slot = slot,
            Released = true,
        };
        _index.Add(row);
        Publish(row);
        _count++;
        return row;
    }

    /// <summary>Counts what was made anew, and finds the slots between.</summary>
    internal void FinishRestore()
    {
        _free.Clear();
        for (var slot = SlotLimit - 1; slot >= OverflowRows; slot--)
        {
            if (RowAt(slot) is not { } row)
            {
                _free.Push(slot);
                continue;
            }

            foreach (var family in _families)
            {
                family.Recall(row);
            }
        }
    }

    /// <summary>Reads the rows that there are now. Any thread.</summary>
    internal RowReader Read() => new(this, Volatile.Read(ref _epoch));

    /// <summary>Adds a family before there is any row.</summary>
    /// <returns>Its first cell, and its first histogram.</returns>
    internal (int Cell, int Histogram) Add(TableFamily family, int cells, int histograms)
    {
        if (_slots > 0)
        {
            throw new InvalidOperationException("there are rows already");
        }

        _families.Add(family);
        var first = (_cells, _histograms);
        _cells += cells;
        _histograms += histograms;
        return first;
    }

    /// <summary>The row that takes what a row has no room for.</summary>
    internal SeriesRow OverflowOf(SeriesRow row) => Overflow((int)row.Key.Direction);

    /// <summary>Null: there is no such row (any more). Any thread.</summary>
    internal SeriesRow? RowAt(int slot) =>
        slot < OverflowRows ? Volatile.Read(ref _overflow[slot]) : Place(slot - OverflowRows);

    internal int SlotLimit => OverflowRows + Volatile.Read(ref _slots);

    private SeriesRow Overflow(int slot) =>
        _overflow[slot]
        ?? (
            _overflow[slot] = new SeriesRow(
                Labels.WriteOverflow(((FlowDirection)slot).Word()),
                _cells,
                _histograms,
                epoch: 0
            )
            {
                IsOverflow = true,
                Slot = slot,
            }
        );

    private SeriesRow? Place(int place) =>
        _chunks[place >> ChunkBits] is { } chunk ? Volatile.Read(ref chunk[place & (ChunkRows - 1)]) : null;

    private void Publish(SeriesRow row)
    {
        var place = row.Slot - OverflowRows;
        var chunk = _chunks[place >> ChunkBits] ??= new SeriesRow[ChunkRows];
        Volatile.Write(ref chunk[place & (ChunkRows - 1)], row);
        if (place >= _slots)
        {
            Volatile.Write(ref _slots, place + 1);
        }
    }

    private bool IsStale(SeriesRow row, ulong nowNs)
    {
        if (row.Released)
        {
            row.Released = false;
            row.IdleSince = nowNs;
            return false;
        }

        return nowNs - row.IdleSince >= Volatile.Read(ref _staleNs) && Labels.AreGone(row.Key);
    }

    private void Drop(SeriesRow row)
    {
        _index.Remove(row);
        var place = row.Slot - OverflowRows;
        Volatile.Write(ref _chunks[place >> ChunkBits]![place & (ChunkRows - 1)], null);
        _free.Push(row.Slot);
        _count--;
        foreach (var family in _families)
        {
            family.Forget(row);
        }
    }
}

/// <summary>Goes through the rows of a table.</summary>
internal ref struct RowReader(SeriesTable table, long epoch)
{
    private readonly int _limit = table.SlotLimit;
    private int _next;

    public SeriesRow Current { get; private set; } = null!;

    public bool MoveNext()
    {
        while (_next < _limit)
        {
            if (table.RowAt(_next++) is { } row && row.Epoch <= epoch)
            {
                Current = row;
                return true;
            }
        }

        return false;
    }
}
