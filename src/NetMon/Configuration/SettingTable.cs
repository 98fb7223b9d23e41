using System.Net;
using Microsoft.Extensions.Logging;
using NetMon.Agent.Options;
using NetMon.Core.Endpoints;

namespace NetMon.Configuration;

/// <summary>Every setting of the agent. docs/configuration.md lists the same; a test compares them.</summary>
internal static class SettingTable
{
    // Bounds that catch slips of the pen; what fits depends on the machine's memory.
    private const int MaxGlobs = 64;
    private const int MaxFlows = 1 << 24;
    private const int MaxSeries = 10_000_000;
    private const int MaxLabels = 64;
    private const int MaxNetworks = 4096;
    private const int MinRing = 4096; // a page: the kernel refuses less
    private const int MaxRing = 1 << 30;

    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(100);
    private static readonly ValueFormat<TimeSpan> Interval = ValueFormats.Duration(
        Shortest,
        TimeSpan.FromMinutes(10)
    );
    private static readonly ValueFormat<TimeSpan> Idle = ValueFormats.Duration(
        Shortest,
        TimeSpan.FromHours(24)
    );

    // Twice the time between scrapes that are far apart.
    private static readonly TimeSpan ShortestStale = TimeSpan.FromMinutes(2);

    private static readonly ValueFormat<AttachMode> Attach = ValueFormats.Word(
        ("auto", AttachMode.Auto),
        ("tcx", AttachMode.Tcx),
        ("clsact", AttachMode.Clsact)
    );

    private static readonly ValueFormat<LogLevel> Level = ValueFormats.Word(
        ("debug", LogLevel.Debug),
        ("info", LogLevel.Information),
        ("warning", LogLevel.Warning),
        ("error", LogLevel.Error)
    );

    public static IReadOnlyList<Setting> All { get; } =
    [
        new ListSetting<string>(
            "capture.interfaces",
            "--interface",
            ValueFormats.InterfaceGlob,
            MaxGlobs,
            o => o.Capture.Interfaces,
            (o, value) => o.Capture.Interfaces = value,
            "interface to observe, * and ? match; if none is given: uplinks, and interfaces of pods and containers"
        ),
        new ListSetting<string>(
            "capture.exclude",
            "--exclude-interface",
            ValueFormats.InterfaceGlob,
            MaxGlobs,
            o => o.Capture.Exclude,
            (o, value) => o.Capture.Exclude = value,
            "interface never to observe, * and ? match"
        ),
        new Setting<AttachMode>(
            "capture.attach",
            "--attach",
            Attach,
            o => o.Capture.Attach,
            (o, value) => o.Capture.Attach = value,
            "how programs are attached; auto is tcx where the kernel has it, else clsact"
        ),
        new Setting<int>(
            "flow.max_flows",
            "--max-flows",
            ValueFormats.Whole("number", 1, MaxFlows),
            o => o.Flow.MaxFlows,
            (o, value) => o.Flow.MaxFlows = value,
            "flows held at once; packets of further ones count in overflow buckets"
        ),
        new Setting<TimeSpan>(
            "flow.interval",
            "--interval",
            Interval,
            o => o.Flow.Interval,
            (o, value) => o.Flow.Interval = value,
            "time between two reports of an active flow"
        ),
        new Setting<TimeSpan>(
            "flow.tcp_handshake",
            "--tcp-handshake",
            Idle,
            o => o.Flow.TcpHandshake,
            (o, value) => o.Flow.TcpHandshake = value,
            "time without a packet after which a TCP flow ends that was never established"
        ),
        new Setting<TimeSpan>(
            "flow.tcp_idle",
            "--tcp-idle",
            Idle,
            o => o.Flow.TcpIdle,
            (o, value) => o.Flow.TcpIdle = value,
            "time without a packet after which a TCP flow ends"
        ),
        new Setting<TimeSpan>(
            "flow.tcp_closed",
            "--tcp-closed",
            Idle,
            o => o.Flow.TcpClosed,
            (o, value) => o.Flow.TcpClosed = value,
            "the same for a TCP flow that was closed by both ends, or reset"
        ),
        new Setting<TimeSpan>(
            "flow.udp_idle",
            "--udp-idle",
            Idle,
            o => o.Flow.UdpIdle,
            (o, value) => o.Flow.UdpIdle = value,
            "the same for a UDP or UDP-Lite flow"
        ),
        new Setting<TimeSpan>(
            "flow.icmp_idle",
            "--icmp-idle",
            Idle,
            o => o.Flow.IcmpIdle,
            (o, value) => o.Flow.IcmpIdle = value,
            "the same for an ICMP or ICMPv6 flow"
        ),
        new Setting<TimeSpan>(
            "flow.other_idle",
            "--other-idle",
            Idle,
            o => o.Flow.OtherIdle,
            (o, value) => o.Flow.OtherIdle = value,
            "the same for a flow of any other protocol"
        ),
        new Setting<int>(
            "flow.ring_size",
            "--ring-size",
            ValueFormats.PowerOfTwoSize(MinRing, MaxRing),
            o => o.Flow.RingBytes,
            (o, value) => o.Flow.RingBytes = value,
            "size of the ring between kernel and agent, a power of two"
        ),
        new ListSetting<ushort>(
            "flow.overlay_ports",
            "--overlay-port",
            ValueFormats.Whole<ushort>("port", 1, ushort.MaxValue),
            FlowOptions.MaxOverlayPorts,
            o => o.Flow.OverlayPorts,
            (o, value) => o.Flow.OverlayPorts = value,
            "UDP port whose flows on an uplink are encapsulations"
        ),
        .. FeatureSettings.All,
        .. SocketSettings.All,
        .. KubernetesSettings.All,
        new Setting<IPEndPoint>(
            "api.listen",
            "--listen",
            ValueFormats.Endpoint,
            o => o.Api.Listen,
            (o, value) => o.Api.Listen = value,
            "where metrics and flows are served"
        ),
        new Setting<int>(
            "metrics.max_series",
            "--max-series",
            ValueFormats.Whole("number", 1, MaxSeries),
            o => o.Metrics.MaxSeries,
            (o, value) => o.Metrics.MaxSeries = value,
            "series of one metric family; further ones count in some whose labels say 'other'"
        ),
        new ListSetting<string>(
            "metrics.labels",
            "--labels",
            ValueFormats.Label,
            MaxLabels,
            o => o.Metrics.Labels,
            (o, value) => o.Metrics.Labels = value,
            "label, or preset (workload, pod, address), of the metrics about flows"
        ),
        new ListSetting<string>(
            "metrics.family_labels.netmon_bytes_total",
            "--bytes-labels",
            ValueFormats.Label,
            MaxLabels,
            o => o.Metrics.FamilyLabels.Bytes,
            (o, value) => o.Metrics.FamilyLabels.Bytes = value,
            "the same for netmon_bytes_total; if none is given: as for all"
        ),
        new ListSetting<string>(
            "metrics.family_labels.netmon_packets_total",
            "--packets-labels",
            ValueFormats.Label,
            MaxLabels,
            o => o.Metrics.FamilyLabels.Packets,
            (o, value) => o.Metrics.FamilyLabels.Packets = value,
            "the same for netmon_packets_total; if none is given: as for all"
        ),
        new ListSetting<string>(
            "metrics.family_labels.netmon_flows_total",
            "--flows-labels",
            ValueFormats.Label,
            MaxLabels,
            o => o.Metrics.FamilyLabels.Flows,
            (o, value) => o.Metrics.FamilyLabels.Flows = value,
            "the same for netmon_flows_total; if none is given: as for all"
        ),
        new ListSetting<string>(
            "metrics.family_labels.netmon_latency_seconds",
            "--latency-labels",
            ValueFormats.Label,
            MaxLabels,
            o => o.Metrics.FamilyLabels.Latency,
            (o, value) => o.Metrics.FamilyLabels.Latency = value,
            "the same for netmon_latency_seconds; if none is given: as for all"
        ),
        new ListSetting<string>(
            "metrics.family_labels.netmon_tcp_retransmits_total",
            "--retransmits-labels",
            ValueFormats.Label,
            MaxLabels,
            o => o.Metrics.FamilyLabels.TcpRetransmits,
            (o, value) => o.Metrics.FamilyLabels.TcpRetransmits = value,
            "the same for netmon_tcp_retransmits_total; if none is given: as for all"
        ),
        new ListSetting<string>(
            "metrics.family_labels.netmon_tcp_resets_total",
            "--resets-labels",
            ValueFormats.Label,
            MaxLabels,
            o => o.Metrics.FamilyLabels.TcpResets,
            (o, value) => o.Metrics.FamilyLabels.TcpResets = value,
            "the same for netmon_tcp_resets_total; if none is given: as for all"
        ),
        new ListSetting<string>(
            "metrics.family_labels.netmon_flow_failures_total",
            "--failures-labels",
            ValueFormats.Label,
            MaxLabels,
            o => o.Metrics.FamilyLabels.FlowFailures,
            (o, value) => o.Metrics.FamilyLabels.FlowFailures = value,
            "the same for netmon_flow_failures_total; if none is given: as for all"
        ),
        new ListSetting<string>(
            "metrics.family_labels.netmon_tcp_rtt_seconds",
            "--rtt-labels",
            ValueFormats.Label,
            MaxLabels,
            o => o.Metrics.FamilyLabels.TcpRoundTrips,
            (o, value) => o.Metrics.FamilyLabels.TcpRoundTrips = value,
            "the same for netmon_tcp_rtt_seconds; if none is given: as for all"
        ),
        new ListSetting<string>(
            "metrics.family_labels.netmon_tcp_events_total",
            "--tcp-events-labels",
            ValueFormats.Label,
            MaxLabels,
            o => o.Metrics.FamilyLabels.TcpEvents,
            (o, value) => o.Metrics.FamilyLabels.TcpEvents = value,
            "the same for netmon_tcp_events_total; if none is given: as for all"
        ),
        new ListSetting<NamedNetwork>(
            "metrics.external_names",
            "--external-name",
            ValueFormats.NamedNetwork,
            MaxNetworks,
            o => o.Metrics.ExternalNames,
            (o, value) => o.Metrics.ExternalNames = value,
            "name for addresses outside of the cluster, instead of 'external'"
        ),
        new Setting<TimeSpan>(
            "metrics.stale_after",
            "--stale-after",
            ValueFormats.Duration(ShortestStale, TimeSpan.FromHours(24)),
            o => o.Metrics.StaleAfter,
            (o, value) => o.Metrics.StaleAfter = value,
            "how long series are shown whose workloads are gone"
        ),
        .. SecuritySettings.All,
        .. DropSettings.All,
        .. StateSettings.All,
        new Setting<LogLevel>(
            "log.level",
            "--log-level",
            Level,
            o => o.Log.Level,
            (o, value) => o.Log.Level = value,
            "least severe messages that are written"
        ),
    ];
}
