namespace NetMon.Core.Metrics;

/// <content>The client of the Kubernetes API. Without a cluster there are none of these.</content>
public static partial class Instruments
{
    public static readonly Instrument KubernetesSynced = new(
        "netmon_kubernetes_synced",
        MetricType.Gauge,
        "",
        "1 once everything was listed at least once, else 0. It stays 1, whatever the API server does later."
    );

    public static readonly Instrument KubernetesObjects = new(
        "netmon_kubernetes_objects",
        MetricType.Gauge,
        "objects",
        "Objects known now, by resource.",
        "resource"
    );

    public static readonly Instrument KubernetesLastEvent = new(
        "netmon_kubernetes_last_event_timestamp_seconds",
        MetricType.Gauge,
        "seconds",
        "When the API server last told something about a resource, an event or a bookmark, in seconds since the Unix epoch.",
        "resource"
    );

    public static readonly Instrument KubernetesListDuration = new(
        "netmon_kubernetes_list_duration_seconds",
        MetricType.Gauge,
        "seconds",
        "How long it took to be told all objects of a resource, the last time.",
        "resource"
    );

    public static readonly Instrument KubernetesWatchRestarts = new(
        "netmon_kubernetes_watch_restarts_total",
        MetricType.Counter,
        "watches",
        "Watches that were begun anew, by resource and by why the one before ended.",
        "resource",
        "reason"
    );

    public static readonly Instrument KubernetesRequests = new(
        "netmon_kubernetes_requests_total",
        MetricType.Counter,
        "requests",
        "Requests that the API server answered, by resource, verb (list, watch) and HTTP status.",
        "resource",
        "verb",
        "code"
    );

    public static readonly Instrument KubernetesRequestErrors = new(
        "netmon_kubernetes_request_errors_total",
        MetricType.Counter,
        "requests",
        "Requests that got no answer, or one that could not be read, by resource and reason.",
        "resource",
        "reason"
    );

    public static readonly Instrument KubernetesObjectsUnreadable = new(
        "netmon_kubernetes_objects_unreadable_total",
        MetricType.Counter,
        "objects",
        "Objects that could not be read, and were left out, by resource.",
        "resource"
    );

    private static Instrument[] KubernetesInstruments =>
        [
            KubernetesSynced,
            KubernetesObjects,
            KubernetesLastEvent,
            KubernetesListDuration,
            KubernetesWatchRestarts,
            KubernetesRequests,
            KubernetesRequestErrors,
            KubernetesObjectsUnreadable,
        ];
}
