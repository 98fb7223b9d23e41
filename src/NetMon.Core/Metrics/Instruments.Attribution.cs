namespace NetMon.Core.Metrics;

/// <content>Whose flows they are.</content>
public static partial class Instruments
{
    public static readonly Instrument Attribution = new(
        "netmon_attribution_total",
        MetricType.Counter,
        "flows",
        "Flows by how their ends were found, each once: immediate; waited (for a pod or for connection tracking to become known); timeout (the longest wait was over: the best that was known then); translated (connection tracking told the true ends); shadow (its packets are counted in another flow).",
        "result"
    );

    public static readonly Instrument AttributionWaiting = new(
        "netmon_attribution_waiting",
        MetricType.Gauge,
        "flows",
        "Flows that wait to be attributed now; they are in no figure and no list yet."
    );

    public static readonly Instrument ConntrackLookups = new(
        "netmon_conntrack_lookups_total",
        MetricType.Counter,
        "lookups",
        "Questions to connection tracking by answer: translated, untranslated, not_found, unanswered (lost; asked again), limited (put off, because the rate was at its limit).",
        "result"
    );

    public static readonly Instrument ConntrackAvailable = new(
        "netmon_conntrack_available",
        MetricType.Gauge,
        "",
        "1 if connection tracking can be asked. If not, services have no backends, and what is translated on this host counts twice."
    );

    public static readonly Instrument PodInterfaces = new(
        "netmon_pod_interface_addresses",
        MetricType.Gauge,
        "interfaces",
        "Pods' interfaces by how the addresses behind them are known: kernel (it tells them), learned (from what is sent there), unknown (not yet).",
        "knowledge"
    );

    private static Instrument[] AttributionInstruments =>
        [Attribution, AttributionWaiting, ConntrackLookups, ConntrackAvailable, PodInterfaces];
}
