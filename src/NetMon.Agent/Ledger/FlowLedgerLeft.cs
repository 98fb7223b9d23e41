using NetMon.Agent.Flows;
using NetMon.Bpf.Layouts;
using NetMon.Bpf.Records;

namespace NetMon.Agent.Ledger;

/// <summary>Records that a checkpoint does not hold, and that are nowhere but in the journal: they go on to its next generation.</summary>
internal sealed partial class FlowLedger
{
    private LeftRecord[] _left = [];

    /// <summary>How many of them are processed.</summary>
    private int _resumed;

    /// <summary>Whether an earlier process had taken records that it did not come to. Before the capture begins.</summary>
    public bool HasLeft => _left.Length > 0;

    /// <summary>Where records are to be read to that come out of the map of earlier programs; to be followed by <see cref="Leave"/>.</summary>
    /// <param name="layout">Of these records.</param>
    public Span<byte> RoomFor(RecordLayout layout) => _journal.Earlier.Begin(layout);

    /// <summary>Records were taken out of the map of earlier programs; each is processed after <see cref="Earlier"/>.</summary>
    public void Leave(ReadOnlySpan<FlowRecord> records)
    {
        _positions.Earlier = _journal.Earlier.Sequence;
        _left = new LeftRecord[records.Length];
        _resumed = 0;
        for (var i = 0; i < records.Length; i++)
        {
            _left[i] = new LeftRecord(in records[i], isSwept: true);
        }

        if (_journal.TryRoom(records.Length * 2 * SparseRecord.MaxBytes))
        {
            foreach (ref readonly var left in _left.AsSpan())
            {
                JournalWriter.Record(_journal, in left.Record, RecordOrigin.LeftSwept, _positions.Earlier);
            }

            _step?.Invoke();
            _journal.Commit();
            _step?.Invoke();
            CountLeft();
        }
        else
        {
            CountLeft();
            Checkpoint(_clock());
        }
    }

    // Once, here: they may be processed by another process.
    private void CountLeft()
    {
        foreach (var _ in _left)
        {
            _parts.Metrics.Replayed();
        }
    }

    /// <summary>One of the records that were taken out of the map of earlier programs is about to be processed.</summary>
    public void Earlier(in FlowRecord record)
    {
        Begin();
        _resumed++;
        _positions.Resumed++;
        if (!_skips)
        {
            JournalWriter.Record(_journal, in record, RecordOrigin.Resumed, _positions.Resumed);
        }
    }

    /// <summary>Processes what an earlier process had taken without knowing whose it is; before anything else.</summary>
    public void ResumeWaiting() => Resume(swept: false);

    /// <summary>Processes what the sweeper of an earlier process had read last; once what was on the ring is processed, which is older.</summary>
    public void Resume()
    {
        if (_left.Length > 0)
        {
            Resume(swept: true);
            _left = [];
            _resumed = 0;
        }
    }

    // Flows that wait are not in a checkpoint: their records go on.
    private void CarryWaiting(ReadOnlySpan<byte> entries)
    {
        if (!_parts.Pipeline.HasWaiting)
        {
            return;
        }

        while (JournalReplay.TryTake(ref entries, out var header, out var payload))
        {
            if (
                header
                    is not {
                        Kind: JournalKind.Record,
                        Origin: not (RecordOrigin.Left or RecordOrigin.LeftSwept)
                    }
                || !JournalRecords.TryReadOwn(header.Origin, payload, out var record)
            )
            {
                continue;
            }

            var slot = _parts.Table.Find(in record.Key, record.State.FirstNs);
            if (slot >= 0 && _parts.Table.RoleOf(slot) == FlowRole.Waiting)
            {
                Carry(in record, RecordOrigin.Carried);
            }
        }
    }

    private void Resume(bool swept)
    {
        while (_resumed < _left.Length && (swept || !_left[_resumed].IsSwept))
        {
            Begin();
            var record = _left[_resumed].Record;
            _resumed++;
            _positions.Resumed++;
            if (!_skips)
            {
                JournalWriter.Record(_journal, in record, RecordOrigin.Resumed, _positions.Resumed);
            }

            _parts.Pipeline.Resume(in record, _clock());
        }
    }

    // All of them, so that their numbers stay: those that were processed are passed over.
    private void CarryLeft()
    {
        foreach (ref readonly var left in _left.AsSpan())
        {
            Carry(in left.Record, left.IsSwept ? RecordOrigin.LeftSwept : RecordOrigin.Left);
        }
    }

    private void Carry(in FlowRecord record, RecordOrigin origin)
    {
        if (_journal.TryRoom())
        {
            JournalWriter.Record(_journal, in record, origin, position: 0);
        }
        else
        {
            _counters.AddUnjournaled();
        }
    }
}
