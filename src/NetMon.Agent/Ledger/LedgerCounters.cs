using NetMon.Core.Metrics;

namespace NetMon.Agent.Ledger;

/// <summary>How the ledger does. The capture loop writes; any thread reads.</summary>
internal sealed class LedgerCounters
{
    private readonly long[] _refused = new long[LedgerRefusal.All.Count];
    private long _checkpoints;
    private long _failed;
    private long _checkpointTicks;
    private long _checkpointBytes;
    private long _journalBytes;
    private long _unjournaled;
    private long _replayed;
    private long _series;
    private long _flows;

    public long Checkpoints => Volatile.Read(ref _checkpoints);

    public long Failures => Volatile.Read(ref _failed);

    public long Unjournaled => Volatile.Read(ref _unjournaled);

    public long Replayed
    {
        get => Volatile.Read(ref _replayed);
        set => Volatile.Write(ref _replayed, value);
    }

    public long RestoredSeries
    {
        get => Volatile.Read(ref _series);
        set => Volatile.Write(ref _series, value);
    }

    public long RestoredFlows
    {
        get => Volatile.Read(ref _flows);
        set => Volatile.Write(ref _flows, value);
    }

    public long JournalBytes
    {
        get => Volatile.Read(ref _journalBytes);
        set => Volatile.Write(ref _journalBytes, value);
    }

    public void AddCheckpoint(TimeSpan duration, long bytes)
    {
        Volatile.Write(ref _checkpoints, _checkpoints + 1);
        Volatile.Write(ref _checkpointTicks, _checkpointTicks + duration.Ticks);
        Volatile.Write(ref _checkpointBytes, bytes);
    }

    public void AddFailure() => Volatile.Write(ref _failed, _failed + 1);

    public void AddUnjournaled() => Volatile.Write(ref _unjournaled, _unjournaled + 1);

    public void AddRefusal(string reason)
    {
        for (var i = 0; i < _refused.Length; i++)
        {
            if (string.Equals(LedgerRefusal.All[i], reason, StringComparison.Ordinal))
            {
                Volatile.Write(ref _refused[i], _refused[i] + 1);
            }
        }
    }

    public long Refused(string reason)
    {
        for (var i = 0; i < _refused.Length; i++)
        {
            if (string.Equals(LedgerRefusal.All[i], reason, StringComparison.Ordinal))
            {
                return Volatile.Read(ref _refused[i]);
            }
        }

        return 0;
    }

    public void Register(MetricRegistry registry)
    {
        registry.Observe(
            Instruments.LedgerCheckpoints,
            (ref MetricSamples samples) =>
            {
                samples.Add(Checkpoints, "ok");
                samples.Add(Volatile.Read(ref _failed), "failed");
            }
        );
        registry.Observe(
            Instruments.LedgerCheckpointSeconds,
            () => TimeSpan.FromTicks(Volatile.Read(ref _checkpointTicks)).TotalSeconds
        );
        registry.Observe(Instruments.LedgerCheckpointBytes, () => Volatile.Read(ref _checkpointBytes));
        registry.Observe(Instruments.LedgerJournalBytes, () => JournalBytes);
        registry.Observe(Instruments.LedgerUnjournaled, () => Unjournaled);
        registry.Observe(
            Instruments.LedgerRestored,
            (ref MetricSamples samples) =>
            {
                samples.Add(RestoredSeries, "series");
                samples.Add(RestoredFlows, "flows");
                samples.Add(Replayed, "records");
            }
        );
        registry.Observe(
            Instruments.LedgerRefused,
            (ref MetricSamples samples) =>
            {
                foreach (var reason in LedgerRefusal.All)
                {
                    samples.Add(Refused(reason), reason);
                }
            }
        );
    }
}
