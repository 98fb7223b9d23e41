using NetMon.Agent.Flows;
using NetMon.Agent.Ledger;
using NetMon.Agent.Options;
using NetMon.Core.Flows;
using NetMon.Core.Metrics;
using NetMon.Core.Metrics.Labels;
using NetMon.Core.Metrics.Tables;

namespace NetMon.Agent.Metrics;

/// <summary>The figures that flow records add up to. All members are the capture loop's.</summary>
internal sealed class FlowMetrics
{
    private const ulong RotateInterval = 60_000_000_000;

    private readonly GaugeFamily<FlowGroupKey> _active;
    private readonly FlowFamilies[] _families;
    private readonly FlowRowsPool _others;
    private readonly CounterFamily<NoLabels> _processed;
    private readonly DurationSummary _duration;
    private readonly CounterFamily<TextKey> _untracked;
    private readonly SeriesHandle _late;
    private readonly SeriesHandle _tableFull;
    private readonly CounterFamily<NoLabels> _failed;
    private readonly CounterFamily<NoLabels> _lost;
    private readonly CounterFamily<NoLabels> _orphaned;
    private ulong _nextRotation;

    /// <param name="registry">Where the families are.</param>
    /// <param name="options">Their labels and limits.</param>
    /// <param name="latency">The buckets of latencies; null: the usual ones.</param>
    public FlowMetrics(MetricRegistry registry, MetricsOptions options, LatencyOptions? latency = null)
    {
        _active = registry.Gauge<FlowGroupKey>(Instruments.FlowsActive, options.MaxSeries);
        _families = FlowFamilyTables.Make(registry, options, latency ?? new());
        _others = new FlowRowsPool(_families.Length - 1);
        _processed = registry.Counter(Instruments.EventsProcessed);
        _duration = registry.Summary(Instruments.ProcessingDuration, Instruments.ProcessingQuantiles);
        _untracked = registry.Counter<TextKey>(Instruments.RecordsUntracked);
        _late = _untracked.GetOrAdd(new TextKey(MetricReasons.Late));
        _tableFull = _untracked.GetOrAdd(new TextKey(MetricReasons.TableFull));
        _failed = registry.Counter(Instruments.RecordsFailed);
        _lost = registry.Counter(Instruments.PacketsLost);
        _orphaned = registry.Counter(Instruments.FlowsOrphaned);
    }

    /// <summary>Where the series are.</summary>
    public IReadOnlyList<SeriesTable> Tables => Array.ConvertAll(_families, families => families.Table);

    /// <summary>Sums over all flows since the start.</summary>
    public TrafficTotals Totals { get; } = new();

    /// <summary>How long series of what is gone are still shown. From any thread.</summary>
    public TimeSpan StaleAfter
    {
        set
        {
            foreach (var families in _families)
            {
                families.Table.StaleAfter = value;
            }
        }
    }

    /// <summary>What else goes on where an earlier process was.</summary>
    public IEnumerable<KeptCounter> KeptCounters =>
        [
            Kept(Instruments.EventsProcessed, _processed, _processed.GetOrAdd(default)),
            Kept(Instruments.RecordsUntracked, _untracked, _late, MetricReasons.Late),
            Kept(Instruments.RecordsUntracked, _untracked, _tableFull, MetricReasons.TableFull),
            Kept(Instruments.RecordsFailed, _failed, _failed.GetOrAdd(default)),
            Kept(Instruments.PacketsLost, _lost, _lost.GetOrAdd(default)),
            Kept(Instruments.FlowsOrphaned, _orphaned, _orphaned.GetOrAdd(default)),
            .. Totals.KeptCounters,
        ];

    /// <summary>Writes which rows of a table a flow holds.</summary>
    public void WriteRows(in FlowSeries series, int table, ref LedgerWriter writer)
    {
        var rows =
            table == 0 ? series.Rows
            : series.Others == 0 ? default
            : _others[series.Others][table - 1];
        FlowRowsCodec.Write(ref writer, in rows);
    }

    /// <summary>Gives a flow of an earlier process its rows of a table back.</summary>
    public void Recall(ref FlowSeries series, int table, in FlowRows rows)
    {
        if (!rows.Sent.First.IsNone || !rows.Received.First.IsNone)
        {
            Rows(ref series, table) = rows;
        }
    }

    /// <summary>A record that an earlier process took is counted again, how long it took is not.</summary>
    public void Replayed() => _processed.Add(1);

    /// <summary>A flow came into the table.</summary>
    public void Opened(in Flow flow)
    {
        _active.Add(FlowGroupKey.Of(in flow), flow.Weight);
        Totals.AddFlow(flow.Weight);
    }

    /// <summary>A flow of an earlier process came into the table: it was counted there.</summary>
    public void Recalled(in Flow flow) => _active.Add(FlowGroupKey.Of(in flow), flow.Weight);

    /// <summary>The sampling rate may have changed, and with it what a flow of the table stands for.</summary>
    /// <param name="flow">The flow, with its weight of now.</param>
    /// <param name="before">Its weight until now.</param>
    public void Reweighed(in Flow flow, int before)
    {
        if (flow.Weight != before)
        {
            _active.Add(FlowGroupKey.Of(in flow), flow.Weight - before);
        }
    }

    /// <summary>A flow left the table: the last call for it.</summary>
    /// <param name="flow">The flow, of which <see cref="Opened"/> was told.</param>
    /// <param name="series">The flow's series, which are given back.</param>
    public void Ended(in Flow flow, ref FlowSeries series)
    {
        _active.Add(FlowGroupKey.Of(in flow), -flow.Weight);
        Release(ref series);
    }

    /// <summary>The status of a flow is no longer pending.</summary>
    public void Decided(in Flow flow, ref FlowSeries series)
    {
        for (var i = 0; i < _families.Length; i++)
        {
            _families[i].Decided(in flow, ref Rows(ref series, i));
        }
    }

    /// <summary>The connection of a flow was established.</summary>
    public void Connected(in Flow flow, ref FlowSeries series)
    {
        for (var i = 0; i < _families.Length; i++)
        {
            _families[i].Connected(in flow, ref Rows(ref series, i));
        }
    }

    /// <summary>The flow's request got its first answer.</summary>
    public void Answered(in Flow flow, ref FlowSeries series)
    {
        for (var i = 0; i < _families.Length; i++)
        {
            _families[i].Answered(in flow, ref Rows(ref series, i));
        }
    }

    /// <summary>A flow that came about was broken off.</summary>
    public void Broken(in Flow flow, ref FlowSeries series)
    {
        for (var i = 0; i < _families.Length; i++)
        {
            _families[i].CountFailure(in flow, ref Rows(ref series, i));
        }
    }

    /// <summary>Adds what a record counted.</summary>
    /// <param name="flow">The flow it belongs to, attributed.</param>
    /// <param name="counts">Counts since the record before.</param>
    /// <param name="series">The flow's series, found at its first packets each way. Of a flow that is in no table, to be given to <see cref="Release"/>.</param>
    public void Count(in Flow flow, in FlowCounts counts, ref FlowSeries series)
    {
        Totals.Add(in counts, flow.Weight);
        for (var i = 0; i < _families.Length; i++)
        {
            _families[i].Count(in flow, in counts, ref Rows(ref series, i));
        }
    }

    /// <summary>Adds the round trips of a record.</summary>
    /// <param name="flow">The flow it belongs to.</param>
    /// <param name="counts">Counts since the record before, with the sums.</param>
    /// <param name="roundTrips">Round trips since the record before.</param>
    /// <param name="series">The flow's series.</param>
    public void Count(
        in Flow flow,
        in FlowCounts counts,
        in RoundTripCounts roundTrips,
        ref FlowSeries series
    )
    {
        for (var i = 0; roundTrips.Any && i < _families.Length; i++)
        {
            _families[i].CountRoundTrips(in flow, in counts, in roundTrips, ref Rows(ref series, i));
        }
    }

    /// <summary>Gives back the series of a flow: once none holds them, those of what is gone can be dropped.</summary>
    public void Release(ref FlowSeries series)
    {
        _families[0].Release(ref series.Rows);
        if (series.Others != 0)
        {
            var others = _others[series.Others];
            for (var i = 0; i < others.Length; i++)
            {
                _families[i + 1].Release(ref others[i]);
            }

            _others.Return(ref series.Others);
        }
    }

    /// <summary>What is due now and then; about once a second.</summary>
    /// <param name="nowNs">CLOCK_MONOTONIC.</param>
    public void Housekeep(ulong nowNs)
    {
        foreach (var families in _families)
        {
            families.Table.Look(nowNs);
        }

        if (nowNs >= _nextRotation)
        {
            _duration.Rotate();
            _nextRotation = nowNs + RotateInterval;
        }
    }

    /// <summary>All figures hold a record's counts.</summary>
    /// <param name="nanoseconds">Since the record left the kernel program.</param>
    public void Processed(long nanoseconds)
    {
        _processed.Add(1);
        _duration.Observe(nanoseconds);
    }

    public void Late() => _untracked.Add(_late, 1);

    public void TableFull() => _untracked.Add(_tableFull, 1);

    public void Orphaned() => _orphaned.Add(1);

    public void Failed(long packets)
    {
        _failed.Add(1);
        _lost.Add(packets);
    }

    private static KeptCounter Kept<TKey>(
        Instrument instrument,
        CounterFamily<TKey> family,
        SeriesHandle series,
        string label = ""
    )
        where TKey : struct, ISeriesKey<TKey> =>
        new($"{instrument.Name}|{label}", () => family.Read(series), value => family.Add(series, value));

    private ref FlowRows Rows(ref FlowSeries series, int table)
    {
        if (table == 0)
        {
            return ref series.Rows;
        }

        if (series.Others == 0)
        {
            series.Others = _others.Take();
        }

        return ref _others[series.Others][table - 1];
    }
}
