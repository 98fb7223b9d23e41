using System.Net;
using System.Text.Json.Nodes;
using NetMon.Lab.ApiServer;
using NetMon.Lab.ApiServer.Objects;
using NetMon.Lab.Network;

namespace NetMon.Lab.Pods;

/// <summary>Starts and ends pods on their nodes, and tells the API server of each step as kubelets and controllers do.</summary>
internal sealed class Kubelet(
    KubeApiServer api,
    ClusterNetwork network,
    WorkloadObjects workloads,
    PodCgroups cgroups,
    string resolver
)
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    private readonly AddressPool _addresses = new();
    private int _namespaces;

    /// <summary>Pods with network, known to the API server as running once their status delay is over.</summary>
    public IReadOnlyList<LabPod> Start(IReadOnlyList<PodRequest> requests)
    {
        var started = DateTimeOffset.UtcNow;
        var planned = requests
            .Select(request =>
            {
                var (owner, name) = workloads.AddPod(request.Workload);
                return (Request: request, Name: name, Object: Schedule(request, name, owner, started));
            })
            .ToArray();
        var ports = new Queue<PodPort>(
            network.AttachPods([
                .. requests
                    .Where(request => !request.HostNetwork)
                    .Select(request =>
                        (
                            $"pod{Interlocked.Increment(ref _namespaces)}",
                            request.Node,
                            _addresses.Take(request.Node)
                        )
                    ),
            ])
        );
        var pods = new List<LabPod>(planned.Length);
        foreach (var (request, name, item) in planned)
        {
            var uid = item["metadata"]!["uid"]!.GetValue<string>();
            var pod = new LabPod(request, name, uid, request.HostNetwork ? null : ports.Dequeue(), resolver)
            {
                Cgroup = cgroups.Create(request.Node.Name, uid),
            };
            pods.Add(pod);
        }

        foreach (var (pod, item) in pods.Zip(planned, (pod, plan) => (pod, plan.Object)))
        {
            if (pod.Request.StatusDelay > TimeSpan.Zero)
            {
                _ = Later(pod, item, started);
            }
            else
            {
                Run(pod, item, started);
            }
        }

        return pods;
    }

    /// <summary>Ends a pod: it is asked to, its programs end, its address is free, it is gone from the API server.</summary>
    public void End(LabPod pod)
    {
        JsonObject? item;
        lock (pod)
        {
            item = Find(pod);
            if (item is null)
            {
                return;
            }

            PodLife.MarkDeleted(item, DateTimeOffset.UtcNow, Grace);
            api.Apply(item);
        }

        pod.EndPrograms();
        PodLife.Terminate(item, DateTimeOffset.UtcNow);
        api.Apply(item);
        if (pod.Port is { } port)
        {
            network.DetachPod(port);
            _addresses.Return(pod.Node, port.Host);
        }

        api.Delete("pods", pod.Workload.Namespace, pod.Name);
    }

    private JsonObject Schedule(PodRequest request, string name, Owner? owner, DateTimeOffset now)
    {
        var labels = new Dictionary<string, string>(request.Labels, StringComparer.Ordinal)
        {
            ["app"] = request.Workload.Name,
        };
        var item = ObjectBuilder.Pod(
            new PodDescription
            {
                Name = name,
                Namespace = request.Workload.Namespace,
                HostNetwork = request.HostNetwork,
                Labels = labels,
                Owner = owner,
                Created = now,
            }
        );
        api.Apply(item);
        PodLife.Schedule(item, request.Node.Name, now);
        api.Apply(item);
        return item;
    }

    private async Task Later(LabPod pod, JsonObject item, DateTimeOffset started)
    {
        await Task.Delay(pod.Request.StatusDelay);

        // Not between the first look and the last: the pod would come back.
        lock (pod)
        {
            if (Find(pod) is { } now && now["metadata"]!["deletionTimestamp"] is null)
            {
                Run(pod, item, started);
            }
        }
    }

    private void Run(LabPod pod, JsonObject item, DateTimeOffset started)
    {
        PodLife.Run(
            item,
            pod.Node.V4.ToString(),
            [pod.V4.ToString(), pod.V6.ToString()],
            DateTimeOffset.UtcNow
        );

        // The kubelet saw it before it had made a sandbox for it.
        item["status"]!["startTime"] = PodLife.Time(started);
        api.Apply(item);
    }

    private JsonObject? Find(LabPod pod) =>
        api.Get("pods", pod.Workload.Namespace, pod.Name) is { } item
        && item["metadata"]!["uid"]!.GetValue<string>() == pod.Uid
            ? item
            : null;
}
