using NetMon.Core.Flows;

namespace NetMon.Core.Endpoints;

/// <summary>Whose flow it is: decided once, before anybody sees the flow.</summary>
public struct FlowAttribution
{
    /// <summary>Null only before it was decided.</summary>
    public Endpoint? Source;
    public Endpoint? Destination;

    /// <summary>The service that the source asked for; null if none. <see cref="Asked"/> is its address.</summary>
    public ServicePort? Service;

    /// <summary>What is taken to be spoken; null if that is not known, or not asked for.</summary>
    public AppProtocol? AppProtocol;

    /// <summary>
    /// The address and port that the source sent to, where that is not the flow's destination: a service's, with the
    /// backend as the destination. Unspecified if the destination was not translated.
    /// </summary>
    public NetworkAddress Asked;
    public ushort AskedPort;

    /// <summary>From source to destination. Of bytes the other way the ends change places.</summary>
    public FlowScope Scope;

    /// <summary>
    /// The end is on this node: a pod behind one of its interfaces, or the node itself. What a local end sends is egress, what it
    /// receives is ingress, so that traffic between two local ends is both; what has no local end is transit.
    /// </summary>
    public bool SourceLocal;
    public bool DestinationLocal;
}
