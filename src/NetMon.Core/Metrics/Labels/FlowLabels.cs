using NetMon.Core.Endpoints;
using NetMon.Core.Flows;
using NetMon.Core.Sockets;

namespace NetMon.Core.Metrics.Labels;

/// <summary>What labels are read from: packets one way, with the end that sent them as the source.</summary>
/// <remarks>
/// What the initiator sends has the labels of the flow itself. Replies have the ends and the scope the other way round, and neither
/// service nor port: a port on the client's side would be a series of its own for every connection.
/// </remarks>
public readonly struct FlowLabels
{
    public Workload Source { get; init; }
    public Workload Destination { get; init; }

    /// <summary>The pods or nodes themselves; null where the label set does not tell them apart.</summary>
    public Endpoint? SourceEnd { get; init; }
    public Endpoint? DestinationEnd { get; init; }

    /// <summary>The service that was asked for; null if none, and for replies.</summary>
    public Workload? Service { get; init; }

    /// <summary>The processes at local ends; null where they are not known.</summary>
    public SocketOwner? SourceOwner { get; init; }
    public SocketOwner? DestinationOwner { get; init; }
    public NetworkAddress SourceAddress { get; init; }
    public NetworkAddress DestinationAddress { get; init; }

    /// <summary>0: none, and for replies.</summary>
    public ushort DestinationPort { get; init; }

    /// <summary>What is taken to be spoken, both ways; null if that is not known.</summary>
    public string? AppProtocol { get; init; }
    public FlowScope Scope { get; init; }
    public byte Protocol { get; init; }
    public FlowDirection Direction { get; init; }

    /// <summary>Of dropped packets: why; else null.</summary>
    public string? Reason { get; init; }

    /// <summary>Of what the flow's source sends, and of the flow itself.</summary>
    /// <param name="flow">An attributed flow; an end that is not attributed is taken for one outside.</param>
    /// <param name="direction">Which of the local endpoints' views.</param>
    public static FlowLabels Sent(in Flow flow, FlowDirection direction)
    {
        var source = flow.Attribution.Source ?? Endpoint.External;
        var destination = flow.Attribution.Destination ?? Endpoint.External;
        return new FlowLabels
        {
            Source = source.Workload,
            Destination = destination.Workload,
            SourceEnd = source,
            DestinationEnd = destination,
            Service = flow.Attribution.Service?.Endpoint.Workload,
            SourceOwner = flow.SourceOwner,
            DestinationOwner = flow.DestinationOwner,
            SourceAddress = flow.Source.Address,
            DestinationAddress = flow.Destination.Address,
            DestinationPort = IpProtocol.HasPorts(flow.Protocol) ? flow.Destination.Port : (ushort)0,
            AppProtocol = flow.Attribution.AppProtocol?.Word,
            Scope = flow.Attribution.Scope,
            Protocol = flow.Protocol,
            Direction = direction,
        };
    }

    /// <summary>Of what the flow's source receives.</summary>
    /// <param name="flow">An attributed flow; an end that is not attributed is taken for one outside.</param>
    /// <param name="direction">Which of the local endpoints' views.</param>
    public static FlowLabels Received(in Flow flow, FlowDirection direction)
    {
        var source = flow.Attribution.Destination ?? Endpoint.External;
        var destination = flow.Attribution.Source ?? Endpoint.External;
        return new FlowLabels
        {
            Source = source.Workload,
            Destination = destination.Workload,
            SourceEnd = source,
            DestinationEnd = destination,
            SourceOwner = flow.DestinationOwner,
            DestinationOwner = flow.SourceOwner,
            SourceAddress = flow.Destination.Address,
            DestinationAddress = flow.Source.Address,
            AppProtocol = flow.Attribution.AppProtocol?.Word,
            Scope = FlowScopes.Reverse(flow.Attribution.Scope),
            Protocol = flow.Protocol,
            Direction = direction,
        };
    }
}
