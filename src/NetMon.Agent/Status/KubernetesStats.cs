using System.Globalization;
using System.Text.Json;
using NetMon.Agent.Clusters;
using NetMon.Kubernetes.Cluster;
using NetMon.Kubernetes.Watching;

namespace NetMon.Agent.Status;

/// <summary>How the watching of the API server goes, resource by resource.</summary>
internal static class KubernetesStats
{
    /// <summary>The time since anything came from the API server, bookmarks included. Null: nothing came yet.</summary>
    public static TimeSpan? Age(ClusterReport cluster, TimeProvider time)
    {
        var last = cluster.Watches.Max(watch => watch.LastEvent);
        return last is { } at ? Positive(time.GetUtcNow() - at) : null;
    }

    public static void Write(Utf8JsonWriter json, ClusterStanding standing, TimeProvider time)
    {
        if (standing.Report is not { } cluster)
        {
            json.WriteString("mode", "standalone");
            return;
        }

        json.WriteString("mode", "kubernetes");
        json.WriteString("server", cluster.Server.ToString());
        json.WriteString("access", cluster.Source);
        json.WriteBoolean("synced", cluster.IsSynced);
        json.WriteNumber("addresses", cluster.Counts.Addresses);
        json.WriteNumber("address_versions", cluster.Counts.Versions);
        json.WriteNumber("address_versions_displaced", cluster.Counts.VersionsDisplaced);
        json.WriteNumber("workloads", cluster.Counts.Workloads);
        json.WriteNumber("backends", cluster.Counts.Backends);
        json.Objects("resources", cluster.Watches, watch => Write(json, watch, cluster.Counts, time));
    }

    private static void Write(
        Utf8JsonWriter json,
        WatchSnapshot watch,
        ClusterCounts counts,
        TimeProvider time
    )
    {
        json.WriteString("resource", watch.Resource);
        json.WriteBoolean("synced", watch.IsSynced);
        json.WriteBoolean("watching", watch.IsWatching);
        json.WriteNumber("objects", Objects(watch, counts));
        if (watch.LastEvent is { } at)
        {
            json.Figure("last_event_seconds", Positive(time.GetUtcNow() - at).TotalSeconds, digits: 1);
        }

        json.WriteNumber("lists", watch.Lists);
        if (watch.LastListDuration is { } duration)
        {
            json.Figure("list_seconds", duration.TotalSeconds);
            json.WriteNumber("list_objects", watch.LastListObjects);
        }

        json.WriteNumber("objects_read", watch.ObjectsRead);
        json.WriteNumber("bytes_read", watch.BytesRead);
        json.WriteNumber("objects_unreadable", watch.ObjectsUnreadable);
        json.WriteNumber("values_ignored", watch.ValuesIgnored);
        json.Numbers("restarts", watch.Restarts);
        json.Numbers("errors", watch.Errors);
        json.Numbers(
            "requests",
            watch.Requests.Select(request =>
                KeyValuePair.Create(
                    string.Create(CultureInfo.InvariantCulture, $"{request.Key.Verb} {request.Key.Code}"),
                    request.Value
                )
            )
        );
        if (watch.Trouble is { } trouble)
        {
            json.WriteString("trouble", trouble);
        }
    }

    private static long Objects(WatchSnapshot watch, ClusterCounts counts) =>
        watch.Resource switch
        {
            "pods" => counts.Pods,
            "nodes" => counts.Nodes,
            "services" => counts.Services,
            "endpointslices" => counts.EndpointSlices,
            "namespaces" => counts.Namespaces,
            "replicasets" => counts.ReplicaSets,
            "jobs" => counts.Jobs,
            _ => watch.LastListObjects,
        };

    private static TimeSpan Positive(TimeSpan age) => age < TimeSpan.Zero ? TimeSpan.Zero : age;
}
