using System.Diagnostics;
using NetMon.Agent.Options;
using NetMon.Bpf.Records;
using NetMon.Core.Drops;
using NetMon.Core.Metrics;
using NetMon.Core.Metrics.Labels;
using NetMon.Core.Metrics.Tables;

namespace NetMon.Agent.Drops;

/// <summary>The figures of drops. Those by workload are the capture loop's; those of the kernel are read when they are asked for.</summary>
internal sealed class DropMetrics
{
    /// <summary>One exposition asks for several families; they share what was read within this time.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromMilliseconds(50);

    private static readonly string[] Causes = ["map_full", "non_ip", "unreadable"];

    private readonly IDropSource _source;
    private readonly DropReasons _reasons;
    private readonly SeriesTable _table;
    private readonly TableCounter _packets;
    private readonly TableCounter _bytes;
    private readonly Lock _gate = new();
    private DropTotal[] _totals = [];
    private long _readAt;

    public DropMetrics(
        IDropSource source,
        DropReasons reasons,
        DropCounters counters,
        MetricRegistry registry,
        MetricsOptions options
    )
    {
        _source = source;
        _reasons = reasons;
        _table = new SeriesTable(
            LabelSet.Of(options.Labels).WithReason(),
            options.MaxSeries,
            options.StaleAfter
        );
        _packets = registry.Counter(Instruments.Drops, _table);
        _bytes = registry.Counter(Instruments.DropBytes, _table);
        registry.Observe(
            Instruments.DropsUnattributed,
            (ref MetricSamples samples) => WriteUnattributed(ref samples, counters)
        );
        registry.Observe(
            Instruments.DropsOrdinary,
            (ref MetricSamples samples) => WriteOrdinary(ref samples, counters)
        );
        registry.Observe(Instruments.DropsMissed, () => (long)source.ReadMissed());
        registry.Observe(Instruments.DropsEarly, () => counters.Early);
    }

    /// <summary>The capture loop's.</summary>
    public void Count(DroppedPackets drop)
    {
        var labels = FlowLabels.Sent(in drop.Ends, drop.Ends.Direction) with { Reason = drop.Reason.Name };
        var handle = _table.Hold(in labels);
        var row = _table[handle];
        _packets.Add(row, drop.Packets);
        _bytes.Add(row, drop.Bytes);
        _table.Release(ref handle);
    }

    /// <summary>About once a second; the capture loop's.</summary>
    public void Housekeep(ulong nowNs) => _table.Look(nowNs);

    private DropTotal[] Read()
    {
        lock (_gate)
        {
            if (_readAt == 0 || Stopwatch.GetElapsedTime(_readAt) > Fresh)
            {
                _totals = _source.ReadTotals();
                _readAt = Stopwatch.GetTimestamp();
            }

            return _totals;
        }
    }

    private void WriteUnattributed(ref MetricSamples samples, DropCounters counters)
    {
        if (counters.Bad > 0)
        {
            samples.Add(counters.Bad, "", MetricReasons.BadRecord);
        }

        foreach (var (reason, total) in ByName(Read()))
        {
            for (var cause = 0; cause < Causes.Length; cause++)
            {
                var packets = (long)total.Unattributed[cause];
                if (packets > 0)
                {
                    samples.Add(packets, reason, Causes[cause]);
                }
            }
        }
    }

    private void WriteOrdinary(ref MetricSamples samples, DropCounters counters)
    {
        foreach (var (reason, total) in ByName(Read()))
        {
            var packets = (long)total.Ordinary + counters.ReadOrdinary(reason);
            if (packets > 0)
            {
                samples.Add(packets, reason);
            }
        }
    }

    // A kernel without reasons has one name for all numbers.
    private IEnumerable<(string Reason, DropTotal Total)> ByName(DropTotal[] totals) =>
        totals
            .Select((total, index) => (total, index))
            .Where(one => one.total.Packets + one.total.Ordinary > 0)
            .Select(one => (_reasons.NameOfTotal(one.index), one.total));
}
