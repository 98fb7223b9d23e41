using System.Globalization;

namespace NetMon.Core.Flows.Filters;

/// <summary>The kinds of choice among flows.</summary>
internal static class FlowCriteria
{
    private const string Names = "; * at a name's end stands for the rest of it";

    public static readonly FlowCriterion Ip = new(
        "ip",
        "an IP address or network, such as 10.0.0.1 or 2001:db8::/32",
        EndWords.Network
    );

    public static readonly FlowCriterion Port = new(
        "port",
        "a port, 0 to 65535",
        text =>
            ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : null
    );

    public static readonly FlowCriterion Protocol = new(
        "protocol",
        "a protocol, such as tcp, udp, icmp, or a number from 0 to 255",
        text => IpProtocolNames.TryParse(text, out var protocol) ? protocol : null
    );

    public static readonly FlowCriterion AppProtocol = new(
        "app_protocol",
        "an application protocol, such as http or dns" + Names,
        EndWords.AppProtocol
    );

    public static readonly FlowCriterion State = new("state", FlowWords.AllStates);

    public static readonly FlowCriterion Namespace = new(
        "namespace",
        "the name of a namespace" + Names,
        EndWords.Namespace
    );

    public static readonly FlowCriterion Pod = new(
        "pod",
        "a pod: name, namespace/name, or namespace/ for all of it" + Names,
        EndWords.Pod
    );

    public static readonly FlowCriterion Workload = new(
        "workload",
        "a workload: name, kind/name, namespace/name or namespace/kind/name" + Names,
        EndWords.Workload
    );

    public static readonly FlowCriterion Service = new(
        "service",
        "a service: name or namespace/name, with :port or without" + Names,
        EndWords.Service
    );

    public static readonly FlowCriterion Label = new(
        "label",
        "a label selector, such as app=web, app!=web, app or !app, several joined by commas",
        EndWords.Label
    );

    public static readonly FlowCriterion Node = new("node", "the name of a node" + Names, EndWords.Node);

    public static readonly FlowCriterion Process = new(
        "process",
        "the command of a process, or its number; * at the end stands for the rest",
        EndWords.Process
    );

    public static readonly FlowCriterion Container = new(
        "container",
        "the id of a container, or its beginning",
        EndWords.Container
    );

    public static readonly FlowCriterion From = new(
        "from",
        "an IP address or network, namespace/name of a pod or workload, external, or a value after"
            + " pod:, workload:, namespace:, node:, label:, process:, container: or ip:",
        EndWords.Source
    );

    public static readonly FlowCriterion To = new(
        "to",
        "an IP address or network, namespace/name of a pod, workload or service, external, or a value after"
            + " pod:, workload:, service:, namespace:, node:, label:, process:, container: or ip:",
        EndWords.Destination
    );

    public static readonly FlowCriterion Scope = new("scope", FlowWords.AllScopes, first: 1);

    public static readonly FlowCriterion Traffic = new("traffic", FlowWords.AllTraffics, first: 1);

    public static readonly FlowCriterion Direction = new("direction", FlowWords.AllDirections);

    public static readonly FlowCriterion Status = new("status", FlowWords.AllStatuses);

    public static readonly FlowCriterion Cause = new("cause", FlowWords.AllCauses, first: 1);

    /// <summary>Those that one end has to meet, whichever.</summary>
    public static readonly IReadOnlyList<FlowCriterion> OfEitherEnd =
    [
        Ip,
        Namespace,
        Pod,
        Workload,
        Service,
        Label,
        Node,
        Process,
        Container,
        AppProtocol,
    ];

    public static readonly IReadOnlyList<FlowCriterion> All =
    [
        Ip,
        Port,
        Protocol,
        AppProtocol,
        State,
        Namespace,
        Pod,
        Workload,
        Service,
        Label,
        Node,
        Process,
        Container,
        From,
        To,
        Scope,
        Traffic,
        Direction,
        Status,
        Cause,
    ];
}
