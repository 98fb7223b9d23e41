using NetMon.Agent.Flows;
using NetMon.Agent.Options;
using NetMon.Core.Flows;
using NetMon.Core.Metrics;

namespace NetMon.Agent.Metrics;

/// <summary>The figures that flow records add up to. All members are the capture loop's.</summary>
internal sealed class FlowMetrics
{
    private const double SecondsPerMicrosecond = 1e-6;
    private const ulong RotateInterval = 60_000_000_000;

    private readonly GaugeFamily<FlowGroupKey> _active;
    private readonly CounterFamily<FlowStatusKey> _flows;
    private readonly CounterFamily<TrafficKey> _bytes;
    private readonly CounterFamily<TrafficKey> _packets;
    private readonly HistogramFamily<TextKey> _latency;
    private readonly SeriesHandle _connect;
    private readonly CounterFamily<NoLabels> _retransmits;
    private readonly CounterFamily<NoLabels> _resets;
    private readonly CounterFamily<NoLabels> _processed;
    private readonly DurationSummary _duration;
    private readonly CounterFamily<TextKey> _untracked;
    private readonly SeriesHandle _late;
    private readonly SeriesHandle _tableFull;
    private readonly CounterFamily<NoLabels> _failed;
    private readonly CounterFamily<NoLabels> _lost;
    private readonly CounterFamily<NoLabels> _orphaned;
    private readonly bool _addresses;
    private ulong _nextRotation;

    public FlowMetrics(MetricRegistry registry, MetricsOptions options)
    {
        _addresses = options.Addresses;
        _active = registry.Gauge<FlowGroupKey>(Instruments.FlowsActive, options.MaxSeries);
        _flows = registry.Counter<FlowStatusKey>(Instruments.Flows, options.MaxSeries);
        _bytes = registry.Counter<TrafficKey>(Traffic(Instruments.Bytes), options.MaxSeries);
        _packets = registry.Counter<TrafficKey>(Traffic(Instruments.Packets), options.MaxSeries);
        _latency = registry.Histogram<TextKey>(
            Instruments.Latency,
            Instruments.LatencyBounds,
            options.MaxSeries
        );
        _connect = _latency.GetOrAdd(new TextKey("connect"));
        _retransmits = registry.Counter(Instruments.TcpRetransmits);
        _resets = registry.Counter(Instruments.TcpResets);
        _processed = registry.Counter(Instruments.EventsProcessed);
        _duration = registry.Summary(Instruments.ProcessingDuration, Instruments.ProcessingQuantiles);
        _untracked = registry.Counter<TextKey>(Instruments.RecordsUntracked);
        _late = _untracked.GetOrAdd(new TextKey(MetricReasons.Late));
        _tableFull = _untracked.GetOrAdd(new TextKey(MetricReasons.TableFull));
        _failed = registry.Counter(Instruments.RecordsFailed);
        _lost = registry.Counter(Instruments.PacketsLost);
        _orphaned = registry.Counter(Instruments.FlowsOrphaned);
    }

    /// <summary>A flow came into the table.</summary>
    public void Opened(in Flow flow) => _active.Add(FlowGroupKey.Of(in flow), 1);

    /// <summary>A flow left the table: the last call for it.</summary>
    /// <param name="flow">The flow, of which <see cref="Opened"/> was told.</param>
    /// <param name="series">The flow's series, which are given back.</param>
    public void Ended(in Flow flow, ref FlowSeries series)
    {
        _active.Add(FlowGroupKey.Of(in flow), -1);
        series = default;
    }

    /// <summary>The status of a flow is no longer pending.</summary>
    public void Decided(in Flow flow, ref FlowSeries series) => _flows.Add(FlowStatusKey.Of(in flow), 1);

    /// <summary>The connection of a flow was established.</summary>
    public void Connected(in Flow flow, ref FlowSeries series) =>
        _latency.Observe(_connect, flow.ConnectUs * SecondsPerMicrosecond);

    /// <summary>Adds what a record counted.</summary>
    /// <param name="flow">The flow it belongs to, attributed.</param>
    /// <param name="counts">Counts since the record before.</param>
    /// <param name="series">The flow's series: found at its first packets each way. Of a flow that is not in the table: those of none, not kept.</param>
    public void Count(in Flow flow, in FlowCounts counts, ref FlowSeries series)
    {
        ref readonly var attribution = ref flow.Attribution;
        if (counts.Sent.Packets != 0)
        {
            Count(
                flow.Protocol,
                in flow.Source,
                in flow.Destination,
                in counts.Sent,
                Direction(attribution.SourceLocal, attribution.DestinationLocal),
                ref series.Sent
            );
        }

        if (counts.Received.Packets != 0)
        {
            Count(
                flow.Protocol,
                in flow.Destination,
                in flow.Source,
                in counts.Received,
                Direction(attribution.DestinationLocal, attribution.SourceLocal),
                ref series.Received
            );
        }

        var retransmits = counts.RetransmitsSent + counts.RetransmitsReceived;
        if (retransmits != 0)
        {
            _retransmits.Add(retransmits);
        }

        var resets = counts.ResetsSent + counts.ResetsReceived;
        if (resets != 0)
        {
            _resets.Add(resets);
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

    /// <summary>What is due now and then; about once a second.</summary>
    /// <param name="nowNs">CLOCK_MONOTONIC.</param>
    public void Housekeep(ulong nowNs)
    {
        if (nowNs >= _nextRotation)
        {
            _duration.Rotate();
            _nextRotation = nowNs + RotateInterval;
        }
    }

    private void Count(
        byte protocol,
        in FlowEndpoint sender,
        in FlowEndpoint receiver,
        in Traffic traffic,
        FlowDirection direction,
        ref TrafficSeries series
    )
    {
        if (series.Bytes.IsNone || series.Direction != direction)
        {
            var key = TrafficKey.OneWay(protocol, direction, sender.Address, receiver.Address, _addresses);
            series.Bytes = _bytes.GetOrAdd(in key);
            series.Packets = _packets.GetOrAdd(in key);
            series.Direction = direction;
        }

        _bytes.Add(series.Bytes, traffic.Bytes);
        _packets.Add(series.Packets, traffic.Packets);
    }

    private static FlowDirection Direction(bool senderLocal, bool receiverLocal) =>
        senderLocal ? FlowDirection.Egress
        : receiverLocal ? FlowDirection.Ingress
        : FlowDirection.Transit;

    private Instrument Traffic(Instrument instrument) =>
        _addresses ? instrument : instrument.Without("src_ip", "dst_ip");
}
