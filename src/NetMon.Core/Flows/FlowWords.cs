using NetMon.Core.Endpoints;

namespace NetMon.Core.Flows;

/// <summary>The words by which JSON, queries and metrics name the values of a flow's enumerations.</summary>
public static class FlowWords
{
    private static readonly string[] States =
    [
        "unreplied",
        "replied",
        "syn-sent",
        "syn-received",
        "established",
        "closing",
        "closed",
        "reset",
    ];

    private static readonly string[] Causes =
    [
        "none",
        "refused",
        "timeout",
        "unreachable-network",
        "unreachable-host",
        "unreachable-port",
        "unreachable-protocol",
        "prohibited",
        "time-exceeded",
        "reset-by-client",
        "reset-by-server",
        "fragmentation-needed",
        "parameter-problem",
        "no-endpoints",
        "aborted",
        "policy",
        "no-answer",
    ];

    private static readonly string[] Statuses = ["pending", "ok", "failed"];
    private static readonly string[] Directions = ["ingress", "egress", "transit"];
    private static readonly string[] Classes = ["direct", "overlay"];
    private static readonly string[] Scopes =
    [
        "unknown",
        "pod-to-pod",
        "pod-to-node",
        "node-to-pod",
        "node-to-node",
        "pod-to-external",
        "external-to-pod",
        "node-to-external",
        "external-to-node",
        "external-to-external",
        "overlay",
    ];

    private static readonly string[] EventKinds = ["open", "update", "close", "end"];

    private static readonly string[] Traffics = ["unknown", "internal", "external"];

    /// <summary>Every state's word, in the order of <see cref="FlowState"/>.</summary>
    public static IReadOnlyList<string> AllStates => States;

    /// <summary>Every cause's word, in the order of <see cref="FlowCause"/>.</summary>
    public static IReadOnlyList<string> AllCauses => Causes;

    /// <summary>Every status's word, in the order of <see cref="FlowStatus"/>.</summary>
    public static IReadOnlyList<string> AllStatuses => Statuses;

    /// <summary>Every direction's word, in the order of <see cref="FlowDirection"/>.</summary>
    public static IReadOnlyList<string> AllDirections => Directions;

    /// <summary>Every scope's word, in the order of <see cref="FlowScope"/>.</summary>
    public static IReadOnlyList<string> AllScopes => Scopes;

    /// <summary>Every word of where traffic goes, in the order of <see cref="FlowTraffic"/>.</summary>
    public static IReadOnlyList<string> AllTraffics => Traffics;

    public static string Word(this FlowState state) => States[(int)state];

    public static string Word(this FlowCause cause) => Causes[(int)cause];

    public static string Word(this FlowStatus status) => Statuses[(int)status];

    public static string Word(this FlowDirection direction) => Directions[(int)direction];

    public static string Word(this FlowClass flowClass) => Classes[(int)flowClass];

    public static string Word(this FlowEventKind kind) => EventKinds[(int)kind];

    public static string Word(this FlowScope scope) => Scopes[(int)scope];

    public static string Word(this FlowTraffic traffic) => Traffics[(int)traffic];
}
