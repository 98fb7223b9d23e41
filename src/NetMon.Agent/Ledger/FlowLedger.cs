using System.Diagnostics;
using Microsoft.Extensions.Logging;
using NetMon.Agent.Attribution;
using NetMon.Agent.Flows;
using NetMon.Agent.Logging;
using NetMon.Bpf.Layouts;
using NetMon.Bpf.Records;
using NetMon.Core.Flows;

namespace NetMon.Agent.Ledger;

/// <summary>Keeps what was counted beyond the process, however that ends. The capture loop's; allocates nothing per record in the steady state.</summary>
/// <remarks>
/// <code>
///   record --(1) the journal has it, and what is decided by it--(2) commit: one store--(3) the figures show it
///   now and then, or the journal is full: (4) a checkpoint of figures and flows, which begins the journal anew
///   after the process: the checkpoint, then the journal again; the kernel goes on after the last record that the journal has
/// </code>
/// Killed before (2), the record is still the kernel's: on the ring, or in the sweeper's chunk. Killed after it, the journal has it.
/// </remarks>
internal sealed partial class FlowLedger : IDisposable
{
    private const ulong RetryPauseNs = 1_000_000_000;

    private readonly LedgerFolder _folder;
    private readonly LedgerParts _parts;
    private readonly LedgerCounters _counters;
    private readonly ILogger _logger;
    private readonly Func<ulong> _clock;
    private readonly Action? _step;
    private readonly Journal _journal;
    private readonly CheckpointWriter _checkpoints;
    private readonly JournalWriter[] _writers = [new(), new()];
    private LedgerPositions _positions;
    private ulong _generation;
    private ulong _intervalNs;
    private ulong _checkpointNs;
    private ulong _retryNs;
    private bool _skips;

    /// <param name="folder">Where its files are.</param>
    /// <param name="parts">What it keeps.</param>
    /// <param name="counters">What it tells of itself.</param>
    /// <param name="interval">Between checkpoints.</param>
    /// <param name="bytes">Of the journal.</param>
    /// <param name="logger">For faults.</param>
    /// <param name="clock">CLOCK_MONOTONIC in nanoseconds; null: the machine's.</param>
    /// <param name="step">Called before and after each write that another process could find: where a test ends this one.</param>
    /// <exception cref="IOException">The files cannot be made.</exception>
    /// <exception cref="NetMon.Bpf.BpfException">The layout of records is not known: libbpf is missing.</exception>
    public FlowLedger(
        LedgerFolder folder,
        LedgerParts parts,
        LedgerCounters counters,
        TimeSpan interval,
        long bytes,
        ILogger<FlowLedger> logger,
        Func<ulong>? clock = null,
        Action? step = null
    )
    {
        _clock = clock ?? (() => (ulong)Stopwatch.GetTimestamp());
        _step = step;
        _folder = folder;
        _parts = parts;
        _counters = counters;
        _intervalNs = (ulong)interval.TotalNanoseconds;
        _logger = logger;
        var before = LedgerRestore.Read(folder, parts, counters, logger);
        _positions = before.Positions;
        _positions.Sweep = 0;
        _generation = before.Generation + 1;
        _positions.Earlier = 0;
        _journal = new Journal(
            folder.JournalPath(_generation),
            bytes,
            RecordLayout.Own.Describe(),
            folder.Boot
        );
        _checkpoints = new CheckpointWriter(parts, folder.CheckpointPath, step);
        _step?.Invoke();
        _journal.Begin(_generation);
        _left = before.Left;
        _positions.Resumed = 0;
        CarryLeft();
        WriteCheckpoint();
        _step?.Invoke();
        folder.DeleteJournalsBut(_journal.Path);
        parts.Pipeline.Ledger = this;
    }

    /// <summary>Between checkpoints. Any thread.</summary>
    public TimeSpan Interval
    {
        set => Volatile.Write(ref _intervalNs, (ulong)value.TotalNanoseconds);
    }

    /// <summary>Where the sweeper reads records to.</summary>
    public SweepChunk Chunk => _journal.Chunk;

    /// <summary>Where to go on in a ring. From here on records come from it.</summary>
    /// <param name="ring">The kernel's number of the map.</param>
    /// <returns>The position after the last record that was taken; null: none was.</returns>
    public ulong? Attach(uint ring)
    {
        if (_positions.Ring == ring)
        {
            return _positions.RingPosition;
        }

        _positions.ChangeRing(ring);
        Checkpoint(_clock());
        return null;
    }

    /// <summary>Where to go on in a ring of an earlier agent that is emptied beside the one in use; null: nothing is known of it.</summary>
    public ulong? PositionIn(uint ring) => _positions.In(ring);

    /// <summary>A record of the ring is about to be processed.</summary>
    /// <param name="record">The record.</param>
    /// <param name="position">The consumer's, after it.</param>
    public void Ring(in FlowRecord record, ulong position) => Take(in record, RecordOrigin.Ring, position);

    /// <summary>A record of the ring of an earlier agent is about to be processed.</summary>
    public void OldRing(in FlowRecord record, uint ring, ulong position) =>
        Take(in record, RecordOrigin.OldRing, position, ring);

    /// <summary>A record of the sweeper's chunk is about to be processed.</summary>
    public void Sweep(in FlowRecord record, ulong sequence, int index) =>
        Take(in record, RecordOrigin.Sweep, LedgerPositions.SweepPosition(sequence, index));

    /// <summary>It is known whose a flow is, and its figures are about to follow.</summary>
    /// <param name="entry">Its entry.</param>
    /// <param name="step">All that gathered.</param>
    /// <param name="marks">What happened to it meanwhile.</param>
    /// <param name="result">How it came to its ends.</param>
    public void Released(in FlowEntry entry, FlowStep step, ReleaseMarks marks, AttributionResult result)
    {
        if (!_skips)
        {
            Writer.Released(_journal, in entry, in step.Event.Flow, in step.RoundTrips, marks, result);
        }
    }

    /// <summary>What the flow that was told last had gathered at another sampling rate.</summary>
    public void Part(in EarlierPart part)
    {
        if (!_skips)
        {
            JournalWriter.Part(_journal, in part);
        }
    }

    /// <summary>A flow turned out to be another one's packets.</summary>
    /// <param name="entry">Its entry.</param>
    /// <param name="packets">What was gathered.</param>
    /// <param name="ended">Whether it has ended meanwhile.</param>
    public void Shadow(in FlowEntry entry, long packets, bool ended)
    {
        if (!_skips)
        {
            JournalWriter.Shadow(_journal, in entry, packets, ended);
        }
    }

    /// <summary>The record that is being processed is a flow of its own.</summary>
    public void Alone(FlowStep step, bool late)
    {
        if (!_skips)
        {
            Writer.Alone(_journal, in step.Event.Flow, in step.RoundTrips, late);
        }
    }

    /// <summary>The record that is being processed belongs to a shadow that has ended.</summary>
    public void AloneShadow()
    {
        if (!_skips)
        {
            JournalWriter.AloneShadow(_journal);
        }
    }

    /// <summary>A flow is about to be ended without a record.</summary>
    public void Orphan(in FlowEntry entry)
    {
        Begin();
        if (!_skips)
        {
            JournalWriter.Orphan(_journal, in entry);
        }
    }

    /// <summary>What was told last gives its flow a status or cause.</summary>
    public void Outcome(in Flow flow)
    {
        if (!_skips)
        {
            JournalWriter.Outcome(_journal, flow.Status, flow.Cause);
        }
    }

    /// <summary>What was told counts, whatever happens from here on: to be called before it is in any figure.</summary>
    public void Commit()
    {
        _step?.Invoke();
        _journal.Commit();
        _step?.Invoke();
    }

    /// <summary>Takes a checkpoint if it is time.</summary>
    /// <param name="nowNs">CLOCK_MONOTONIC.</param>
    public void Housekeep(ulong nowNs)
    {
        _counters.JournalBytes = _journal.Used;
        if (nowNs < _checkpointNs + Volatile.Read(ref _intervalNs))
        {
            return;
        }

        if (_journal.Used > 0)
        {
            Checkpoint(nowNs);
        }
        else
        {
            _checkpointNs = nowNs;
            _journal.Trim(before: true, keep: 0);
        }
    }

    /// <summary>Takes a checkpoint.</summary>
    /// <param name="nowNs">CLOCK_MONOTONIC.</param>
    /// <returns>False: it failed, and the journal goes on.</returns>
    public bool Checkpoint(ulong nowNs)
    {
        _checkpointNs = nowNs;
        var before = _generation;
        var used = _journal.Used;
        var resumed = _positions.Resumed;
        try
        {
            _generation++;
            _positions.Resumed = (ulong)_resumed;
            _journal.Begin(_generation);
            Writer.Begin();
            CarryWaiting(_journal.Entries(before));
            CarryLeft();
            WriteCheckpoint();
        }
#pragma warning disable CA1031 // Whatever fails: the record that made it necessary is counted, and the checkpoint before still holds.
        catch (Exception error)
#pragma warning restore CA1031
        {
            _generation = before;
            _positions.Resumed = resumed;
            _journal.Resume(before);
            _counters.AddFailure();
            AgentLog.CheckpointFailed(_logger, error.Message);
            _retryNs = _clock() + RetryPauseNs;
            return false;
        }

        // As much as last time is likely to be needed again.
        _journal.Trim(before: true, keep: used);
        _step?.Invoke();
        return true;
    }

    /// <summary>Forgets the flows that were brought back: the kernel has none of them any more. What they counted stays.</summary>
    public void Forget()
    {
        for (var slot = 0; slot < _parts.Table.SlotLimit; slot++)
        {
            var role = _parts.Table.RoleOf(slot);
            if (role == FlowRole.Counted)
            {
                ref var entry = ref _parts.Table[slot];
                _parts.Metrics.Ended(in entry.Flow, ref entry.Series);
            }

            if (role is FlowRole.Counted or FlowRole.Shadow)
            {
                _parts.Table.Remove(slot);
            }
        }

        Checkpoint(_clock());
    }

    /// <summary>Removes its files: what was counted is not to go on.</summary>
    public void Delete() => _folder.Delete();

    public void Dispose() => _journal.Dispose();

    private JournalWriter Writer => _writers[_generation & 1];

    private void Take(in FlowRecord record, RecordOrigin origin, ulong position, uint ring = 0)
    {
        Begin();
        _positions.Take(origin, position, ring);
        if (!_skips)
        {
            JournalWriter.Record(_journal, in record, origin, position, ring);
        }
    }

    /// <summary>What follows counts as a whole, once it is committed; nothing of it may be in a figure or in the table yet.</summary>
    public void Begin()
    {
        _skips = false;
        if (!_journal.TryRoom())
        {
            // Where there is no room for a checkpoint either, not each record may try to write one.
            var now = _clock();
            _skips = now < _retryNs || !Checkpoint(now) || !_journal.TryRoom();
            if (_skips)
            {
                _counters.AddUnjournaled();
            }
        }
    }

    private void WriteCheckpoint()
    {
        var start = Stopwatch.GetTimestamp();
        _journal.Commit();
        var bytes = _checkpoints.Write(
            new CheckpointHead
            {
                Boot = _folder.Boot,
                Generation = _generation,
                Journal = Path.GetFileName(_journal.Path),
                Positions = _positions,
            }
        );
        _counters.AddCheckpoint(Stopwatch.GetElapsedTime(start), bytes);
        _counters.JournalBytes = _journal.Used;
    }
}
