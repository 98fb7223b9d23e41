using NetMon.Agent.Interfaces;
using NetMon.Core.Endpoints;
using NetMon.Core.Flows;

namespace NetMon.Agent.Attribution;

/// <summary>Decides whether a flow may be translated on this host: only then is connection tracking asked.</summary>
/// <remarks>
/// <code>
///   key seen before translation (packets of its source enter)
///     to a service                                     it will be, if there is an endpoint
///     to a node port of another node                   over there, not here
///     to an own address, from elsewhere                a published port (hostPort, docker -p), unless that port was found to be none
///     to anything else                                 masquerading shows in the other key; without a cluster: perhaps
///   key seen behind translation (packets of its source leave)
///     from an own address, to elsewhere                masquerading, or a process of this host that asked for a service
///     to a local pod
///       from outside, or from this node's pods         service traffic that keeps its source
///       from another node's pods and nodes             hardly: service traffic is translated over there
///     to anywhere else                                 if it is a backend of a service; without a cluster: always
/// </code>
/// </remarks>
internal sealed class TranslationRules(IClusterView view, LocalAddresses addresses)
{
    /// <summary>Whether a service's address was asked for, of which this host translates.</summary>
    public bool TranslatesHere(ServicePort service, in NetworkAddress asked) =>
        service.AddressKind != ServiceAddressKind.NodePort || addresses.IsOwn(in asked);

    /// <param name="flow">With provisional ends, and the service that it asks for.</param>
    /// <param name="isOriginal">Whether its key was seen before translation.</param>
    public Question For(in Flow flow, bool isOriginal)
    {
        if (flow.Destination.Address.IsOfSeveral)
        {
            return Question.None;
        }

        return isOriginal ? ForOriginal(in flow) : ForBehind(in flow);
    }

    private Question ForOriginal(in Flow flow)
    {
        if (flow.Attribution.Service is { } service)
        {
            return !TranslatesHere(service, flow.Destination.Address) ? Question.None
                : view.HasReadyEndpoints(service) ? Question.Service
                : Question.Possible; // terminating ones may still serve
        }

        // Without a cluster nobody tells which addresses are translated; the answer serves for the other key, too.
        return
            (addresses.IsOwn(flow.Destination.Address) || !view.HasCluster)
            && !addresses.IsOwn(flow.Source.Address)
            ? Question.Possible
            : Question.None;
    }

    private Question ForBehind(in Flow flow)
    {
        ref readonly var ends = ref flow.Attribution;
        if (addresses.IsOwn(flow.Source.Address))
        {
            return addresses.IsOwn(flow.Destination.Address) ? Question.None : Question.Possible;
        }

        if (
            !view.HasCluster || view.IsBackend(flow.Destination.Address, flow.Destination.Port, flow.Protocol)
        )
        {
            return IsElsewhereInCluster(in ends) ? Question.Unlikely : Question.Possible;
        }

        return !ends.DestinationLocal ? Question.None
            : IsElsewhereInCluster(in ends) ? Question.Unlikely
            : Question.Possible;
    }

    private static bool IsElsewhereInCluster(in FlowAttribution ends) =>
        !ends.SourceLocal && ends.Source!.Kind != EndpointKind.External;
}
