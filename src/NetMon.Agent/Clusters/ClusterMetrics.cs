using System.Globalization;
using NetMon.Core.Metrics;
using NetMon.Kubernetes.Cluster;
using NetMon.Kubernetes.Watching;

namespace NetMon.Agent.Clusters;

/// <summary>What the watching of the API server tells about itself when it is asked.</summary>
internal static class ClusterMetrics
{
    private delegate void SnapshotWriter(ref MetricSamples samples, WatchSnapshot snapshot);

    public static void Register(MetricRegistry registry, ClusterModel model, ClusterWatch watch)
    {
        registry.Observe(Instruments.KubernetesSynced, () => model.IsSynced ? 1L : 0L);
        registry.Observe(
            Instruments.KubernetesObjects,
            (ref MetricSamples samples) => WriteObjects(ref samples, model.Count())
        );
        Each(
            Instruments.KubernetesLastEvent,
            (ref MetricSamples samples, WatchSnapshot snapshot) =>
            {
                if (snapshot.LastEvent is { } time)
                {
                    samples.Add(time.ToUnixTimeMilliseconds() / 1000.0, snapshot.Resource);
                }
            }
        );
        Each(
            Instruments.KubernetesListDuration,
            (ref MetricSamples samples, WatchSnapshot snapshot) =>
            {
                if (snapshot.LastListDuration is { } duration)
                {
                    samples.Add(duration.TotalSeconds, snapshot.Resource);
                }
            }
        );
        Each(
            Instruments.KubernetesWatchRestarts,
            (ref MetricSamples samples, WatchSnapshot snapshot) =>
                WriteReasons(ref samples, snapshot.Resource, snapshot.Restarts)
        );
        Each(
            Instruments.KubernetesRequestErrors,
            (ref MetricSamples samples, WatchSnapshot snapshot) =>
                WriteReasons(ref samples, snapshot.Resource, snapshot.Errors)
        );
        Each(
            Instruments.KubernetesRequests,
            (ref MetricSamples samples, WatchSnapshot snapshot) =>
            {
                foreach (var (request, count) in snapshot.Requests)
                {
                    var code = request.Code.ToString(CultureInfo.InvariantCulture);
                    samples.Add(count, snapshot.Resource, request.Verb, code);
                }
            }
        );
        Each(
            Instruments.KubernetesObjectsUnreadable,
            (ref MetricSamples samples, WatchSnapshot snapshot) =>
                samples.Add(snapshot.ObjectsUnreadable, snapshot.Resource)
        );

        void Each(Instrument instrument, SnapshotWriter write) =>
            registry.Observe(
                instrument,
                (ref MetricSamples samples) =>
                {
                    foreach (var resource in watch.Resources)
                    {
                        write(ref samples, resource.Snapshot());
                    }
                }
            );
    }

    private static void WriteObjects(ref MetricSamples samples, ClusterCounts counts)
    {
        samples.Add((long)counts.Nodes, "nodes");
        samples.Add((long)counts.Pods, "pods");
        samples.Add((long)counts.Services, "services");
        samples.Add((long)counts.EndpointSlices, "endpointslices");
        samples.Add((long)counts.Namespaces, "namespaces");
        samples.Add((long)counts.ReplicaSets, "replicasets");
        samples.Add((long)counts.Jobs, "jobs");
    }

    private static void WriteReasons(
        ref MetricSamples samples,
        string resource,
        IReadOnlyDictionary<string, long> counts
    )
    {
        foreach (var (reason, count) in counts)
        {
            samples.Add(count, resource, reason);
        }
    }
}
