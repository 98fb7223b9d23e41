using NetMon.Agent.Attribution;
using NetMon.Core.Endpoints;
using NetMon.Core.Flows;

namespace NetMon.Agent.Sockets;

/// <summary>Names the pods on the node's own network: their address is the node's, their sockets are theirs. The capture loop's.</summary>
/// <remarks>
/// Like every end it is decided once, before anybody sees the flow. A flow whose owner has not turned up in time stays the node's, and its
/// owner's name comes later or not at all.
/// </remarks>
internal sealed class HostPods(IClusterView view, FlowOwners? owners)
{
    /// <param name="answer">Who is at the end by its address.</param>
    /// <param name="flow">With the owners that are known.</param>
    /// <param name="isSource">Which end.</param>
    /// <param name="nowNs">CLOCK_MONOTONIC.</param>
    public EndAnswer Refine(in EndAnswer answer, in Flow flow, bool isSource, ulong nowNs)
    {
        if (
            owners is null
            || !answer.IsLocal
            || answer.Endpoint.Kind != EndpointKind.Node
            || !view.HasCluster
        )
        {
            return answer;
        }

        var owner = isSource ? flow.SourceOwner : flow.DestinationOwner;
        if (owner is null)
        {
            return owners.Awaits(in flow, isSource, nowNs) ? answer with { IsFinal = false } : answer;
        }

        return owner.PodUid.Length == 0 ? answer
            : view.FindPod(owner.PodUid) is { } pod ? new(pod.Endpoint, IsLocal: true, pod.Final)
            : answer with { IsFinal = false };
    }
}
