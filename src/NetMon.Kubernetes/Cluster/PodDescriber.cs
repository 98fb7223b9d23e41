using NetMon.Core.Endpoints;
using NetMon.Kubernetes.Objects;

namespace NetMon.Kubernetes.Cluster;

/// <summary>Makes the endpoint of a pod from what is known of it, its owners and its node.</summary>
internal sealed class PodDescriber(ModelState state)
{
    /// <summary>How long a pod's owner may be told after it.</summary>
    private const long ProvisionalNs = 5_000_000_000;

    private readonly Queue<(PodEntry Pod, long Until)> _provisional = [];

    /// <summary>Again, since its owner or node changed.</summary>
    public void Describe(PodEntry pod)
    {
        var known = pod.Endpoint;
        Describe(pod, new(known.Namespace, known.Pod!, known.PodUid!), known.Labels);
    }

    public void Describe(PodEntry pod, in ObjectName id, IReadOnlyList<KeyValuePair<string, string>> labels)
    {
        var answer = WorkloadRules.Of(pod.Owner, id.Name, pod.Node?.Name, labels);
        var workload = state.Workloads.Acquire(state.Labels.Share(id.Namespace), answer.Kind, answer.Name);
        var known = pod.HasEndpoint ? pod.Endpoint : null;
        if (
            ReferenceEquals(known?.Workload, workload)
            && ReferenceEquals(known.Labels, labels)
            && known.Node == pod.Node?.Name
            && known.Zone == pod.Node?.Zone
        )
        {
            state.Workloads.Release(workload, state.Now());
        }
        else
        {
            pod.Endpoint = Make(known, workload, id, pod.Node, labels);
            if (known is not null)
            {
                state.Workloads.Release(known.Workload, state.Now());
            }
        }

        if (!answer.IsProvisional)
        {
            pod.IsProvisional = false;
        }
        else if (known is null)
        {
            pod.IsProvisional = true;
            _provisional.Enqueue((pod, state.Now() + ProvisionalNs));
        }
    }

    /// <summary>Takes pods as they are whose owner nobody has told, perhaps since we may not read it.</summary>
    public void Settle(long now)
    {
        while (_provisional.TryPeek(out var late) && late.Until <= now)
        {
            _provisional.Dequeue();
            late.Pod.IsProvisional = false;
        }
    }

    private static Endpoint Make(
        Endpoint? known,
        Workload workload,
        in ObjectName id,
        NodeEntry? node,
        IReadOnlyList<KeyValuePair<string, string>> labels
    ) =>
        new(known)
        {
            Kind = EndpointKind.Pod,
            Workload = workload,
            Pod = id.Name,
            PodUid = id.Uid,
            Node = node?.Name,
            Zone = node?.Zone,
            Labels = labels,
        };
}
