using System.Net;
using NetMon.Core.Endpoints;

namespace NetMon.Configuration;

/// <summary>The settings of section export.prometheus.</summary>
internal static class ExportSettings
{
    private const int MaxSeries = 10_000_000;
    private const int MaxLabels = 64;
    private const int MaxNetworks = 4096;

    // Twice the time between scrapes that are far apart.
    private static readonly TimeSpan ShortestStale = TimeSpan.FromMinutes(2);

    public static IEnumerable<Setting> All { get; } =
    [
        new Setting<bool>(
            "export.prometheus.enabled",
            "--prometheus",
            ValueFormats.Switch,
            o => o.Metrics.Enabled,
            (o, value) => o.Metrics.Enabled = value,
            "whether metrics are served"
        )
        {
            IsLive = true,
            Meaning = "Whether metrics are served. Without them `/metrics` answers 404 and says so.",
        },
        new Setting<int>(
            "export.prometheus.port",
            "--prometheus-port",
            ValueFormats.Whole("port", 0, ushort.MaxValue),
            o => o.Metrics.Port,
            (o, value) => o.Metrics.Port = value,
            "port on which metrics and health are served apart from the API; 0: with the API alone"
        )
        {
            Meaning =
                "A port on which metrics and health (`/metrics`, `/healthz`, `/readyz`), and nothing else, are served, so that Prometheus can come from elsewhere while the API stays on loopback. 0: only with the API, at `api.listen`, where they are served in any case.",
        },
        new Setting<IPAddress>(
            "export.prometheus.address",
            "--prometheus-address",
            ValueFormats.Address,
            o => o.Metrics.Address,
            (o, value) => o.Metrics.Address = value,
            "address for that port"
        )
        {
            Meaning = "The address that `export.prometheus.port` is opened on.",
        },
        new Setting<int>(
            "export.prometheus.max_series",
            "--max-series",
            ValueFormats.Whole("number", 1, MaxSeries),
            o => o.Metrics.MaxSeries,
            (o, value) => o.Metrics.MaxSeries = value,
            "series of one metric family; further ones count in some whose labels say 'other'"
        )
        {
            Meaning = "Series of one metric family. Further ones count in series whose labels say `other`.",
        },
        new ListSetting<string>(
            "export.prometheus.labels",
            "--labels",
            ValueFormats.Label,
            MaxLabels,
            o => o.Metrics.Labels,
            (o, value) => o.Metrics.Labels = value,
            "label, or preset (workload, pod, address), of the metrics about flows"
        )
        {
            Meaning =
                "Labels of the metrics about flows: the union of the labels and presets that are named. Presets: `workload`; `pod` adds pods and nodes; `address` adds addresses and ports. [metrics.md](metrics.md#labels) has all labels and what they cost.",
        },
        new ListSetting<string>(
            "export.prometheus.family_labels.netmon_bytes_total",
            "--bytes-labels",
            ValueFormats.Label,
            MaxLabels,
            o => o.Metrics.FamilyLabels.Bytes,
            (o, value) => o.Metrics.FamilyLabels.Bytes = value,
            "the same for netmon_bytes_total; if none is given: as for all"
        )
        {
            Meaning = "The same for this family alone. Empty: as `export.prometheus.labels`.",
        },
        new ListSetting<string>(
            "export.prometheus.family_labels.netmon_packets_total",
            "--packets-labels",
            ValueFormats.Label,
            MaxLabels,
            o => o.Metrics.FamilyLabels.Packets,
            (o, value) => o.Metrics.FamilyLabels.Packets = value,
            "the same for netmon_packets_total; if none is given: as for all"
        )
        {
            Meaning = "The same for this family alone. Empty: as `export.prometheus.labels`.",
        },
        new ListSetting<string>(
            "export.prometheus.family_labels.netmon_flows_total",
            "--flows-labels",
            ValueFormats.Label,
            MaxLabels,
            o => o.Metrics.FamilyLabels.Flows,
            (o, value) => o.Metrics.FamilyLabels.Flows = value,
            "the same for netmon_flows_total; if none is given: as for all"
        )
        {
            Meaning = "The same for this family alone. Empty: as `export.prometheus.labels`.",
        },
        new ListSetting<string>(
            "export.prometheus.family_labels.netmon_latency_seconds",
            "--latency-labels",
            ValueFormats.Label,
            MaxLabels,
            o => o.Metrics.FamilyLabels.Latency,
            (o, value) => o.Metrics.FamilyLabels.Latency = value,
            "the same for netmon_latency_seconds; if none is given: as for all"
        )
        {
            Meaning = "The same for this family alone. Empty: as `export.prometheus.labels`.",
        },
        new ListSetting<string>(
            "export.prometheus.family_labels.netmon_tcp_retransmits_total",
            "--retransmits-labels",
            ValueFormats.Label,
            MaxLabels,
            o => o.Metrics.FamilyLabels.TcpRetransmits,
            (o, value) => o.Metrics.FamilyLabels.TcpRetransmits = value,
            "the same for netmon_tcp_retransmits_total; if none is given: as for all"
        )
        {
            Meaning = "The same for this family alone. Empty: as `export.prometheus.labels`.",
        },
        new ListSetting<string>(
            "export.prometheus.family_labels.netmon_tcp_resets_total",
            "--resets-labels",
            ValueFormats.Label,
            MaxLabels,
            o => o.Metrics.FamilyLabels.TcpResets,
            (o, value) => o.Metrics.FamilyLabels.TcpResets = value,
            "the same for netmon_tcp_resets_total; if none is given: as for all"
        )
        {
            Meaning = "The same for this family alone. Empty: as `export.prometheus.labels`.",
        },
        new ListSetting<string>(
            "export.prometheus.family_labels.netmon_flow_failures_total",
            "--failures-labels",
            ValueFormats.Label,
            MaxLabels,
            o => o.Metrics.FamilyLabels.FlowFailures,
            (o, value) => o.Metrics.FamilyLabels.FlowFailures = value,
            "the same for netmon_flow_failures_total; if none is given: as for all"
        )
        {
            Meaning = "The same for this family alone. Empty: as `export.prometheus.labels`.",
        },
        new ListSetting<string>(
            "export.prometheus.family_labels.netmon_tcp_rtt_seconds",
            "--rtt-labels",
            ValueFormats.Label,
            MaxLabels,
            o => o.Metrics.FamilyLabels.TcpRoundTrips,
            (o, value) => o.Metrics.FamilyLabels.TcpRoundTrips = value,
            "the same for netmon_tcp_rtt_seconds; if none is given: as for all"
        )
        {
            Meaning = "The same for this family alone. Empty: as `export.prometheus.labels`.",
        },
        new ListSetting<string>(
            "export.prometheus.family_labels.netmon_tcp_events_total",
            "--tcp-events-labels",
            ValueFormats.Label,
            MaxLabels,
            o => o.Metrics.FamilyLabels.TcpEvents,
            (o, value) => o.Metrics.FamilyLabels.TcpEvents = value,
            "the same for netmon_tcp_events_total; if none is given: as for all"
        )
        {
            Meaning = "The same for this family alone. Empty: as `export.prometheus.labels`.",
        },
        new ListSetting<NamedNetwork>(
            "export.prometheus.external_names",
            "--external-name",
            ValueFormats.NamedNetwork,
            MaxNetworks,
            o => o.Metrics.ExternalNames,
            (o, value) => o.Metrics.ExternalNames = value,
            "name for addresses outside of the cluster, instead of 'external'"
        )
        {
            Meaning =
                "Names for addresses outside of the cluster: `192.0.2.0/24=office`. They stand in `src_workload` and `dst_workload` instead of `external`. Of networks that hold an address the smallest counts. At most 4096.",
        },
        new Setting<TimeSpan>(
            "export.prometheus.stale_after",
            "--stale-after",
            ValueFormats.Duration(ShortestStale, TimeSpan.FromHours(24)),
            o => o.Metrics.StaleAfter,
            (o, value) => o.Metrics.StaleAfter = value,
            "how long series are shown whose workloads are gone"
        )
        {
            IsLive = true,
            Meaning =
                "How long a series is still shown after the last flow that it counted, once its workloads (or pods, or addresses) are gone. At least `2m`: longer than two scrapes are apart.",
        },
    ];
}
