namespace NetMon.Core.Flows;

/// <summary>A flow as a reader of the API sees it; the members are those of <c>docs/flow.schema.json</c>.</summary>
public sealed class FlowView
{
    public required string Id { get; init; }

    /// <summary>Name of the node whose agent told of it; only in answers that several agents gave together.</summary>
    public string? Agent { get; init; }

    /// <summary>open, update, close or end; null when the flow is not part of a stream.</summary>
    public string? Event { get; init; }

    /// <summary>It is over, and listed because it failed lately.</summary>
    public bool Ended { get; init; }
    public required DateTimeOffset Start { get; init; }
    public required DateTimeOffset Last { get; init; }
    public required string Protocol { get; init; }
    public required string State { get; init; }
    public required string Status { get; init; }

    /// <summary>ingress, egress or transit: what the agent's node has to do with what the source sends.</summary>
    public required string Direction { get; init; }

    /// <summary>What is at the ends, such as pod-to-pod; null if not known.</summary>
    public string? Scope { get; init; }

    /// <summary>internal or external; null if not known.</summary>
    public string? Traffic { get; init; }

    /// <summary>Null if not known.</summary>
    public bool? SameNode { get; init; }
    public bool? SameZone { get; init; }

    /// <summary>What is taken to be spoken, such as http; null if nothing tells.</summary>
    public string? AppProtocol { get; init; }

    /// <summary>What tells: service or port.</summary>
    public string? AppProtocolBasis { get; init; }
    public required EndpointView Source { get; init; }
    public required EndpointView Destination { get; init; }
    public required TrafficView Sent { get; init; }
    public required TrafficView Received { get; init; }
    public TcpView? Tcp { get; init; }
    public IcmpView? Icmp { get; init; }
    public required string Class { get; init; }

    /// <summary>One of so many flows was counted when this one's latest counts came about; its figures are its own. Null: each was.</summary>
    public int? SamplingRate { get; init; }
    public string? Cause { get; init; }

    /// <summary>What the kernel dropped of it, by reason; null if nothing.</summary>
    public IReadOnlyList<DropView>? Drops { get; init; }
}

public sealed class EndpointView
{
    public required string Ip { get; init; }

    /// <summary>Null where the protocol has none.</summary>
    public int? Port { get; init; }

    /// <summary>Where this end's packets are counted; null if none were seen.</summary>
    public string? Interface { get; init; }

    /// <summary>Null for what has none: nodes, the world outside, pods that are not known.</summary>
    public string? Namespace { get; init; }

    /// <summary>Null if it is no pod, or not known which.</summary>
    public string? Pod { get; init; }

    /// <summary>Owner of the pod; name of the node or service; <c>external</c>, <c>unknown</c>. Null if nothing was found out.</summary>
    public string? Workload { get; init; }

    /// <summary>Of the workload: Deployment, Pod, ..., Node, Service, External.</summary>
    public string? Kind { get; init; }

    /// <summary>What the pod runs on, or the node itself; null if not known.</summary>
    public string? Node { get; init; }
    public string? Zone { get; init; }

    /// <summary>Of the pod or node; null if there are none.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>Labels that were too much to be sent.</summary>
    public int? LabelsLeftOut { get; init; }

    /// <summary>Who has the socket, if it is of this host and known; else null.</summary>
    public ProcessView? Process { get; init; }

    /// <summary>What the kernel's socket at this end says; null if there is none here.</summary>
    public SocketView? Socket { get; init; }

    /// <summary>At a destination: what the source asked for, if that is a service or was translated; else null.</summary>
    public ServiceView? Service { get; init; }
}

/// <summary>A service, or an address that was translated without one: then it has no name.</summary>
public sealed class ServiceView
{
    public string? Namespace { get; init; }
    public string? Name { get; init; }

    /// <summary>Null if the service's port has none.</summary>
    public string? PortName { get; init; }

    /// <summary>Address and port that the source sent to.</summary>
    public required string Ip { get; init; }
    public int? Port { get; init; }
}

public sealed class TrafficView
{
    public required long Bytes { get; init; }
    public required long Packets { get; init; }
}

public sealed class IcmpView
{
    public int? Type { get; init; }
    public int? Code { get; init; }
    public int? Id { get; init; }
    public int? ErrorType { get; init; }
    public int? ErrorCode { get; init; }
    public long? Errors { get; init; }
}

/// <summary>The answer of <c>/api/v1/flows</c>.</summary>
public sealed class FlowListView
{
    public required DateTimeOffset Time { get; init; }

    /// <summary>Active flows that passed the filter, before the limit.</summary>
    public required int Total { get; init; }
    public required IReadOnlyList<FlowView> Flows { get; init; }
}

/// <summary>One line of a stream: a flow's step, or how many records the stream lost before the next line.</summary>
/// <param name="Flow">Null when the line tells a loss.</param>
/// <param name="Lost">0 when the line is a flow.</param>
public readonly record struct FlowStreamLine(FlowView? Flow, long Lost);
