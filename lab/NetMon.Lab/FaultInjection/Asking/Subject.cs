using System.Text.Json;
using NetMon.Lab.Pods;

namespace NetMon.Lab.FaultInjection.Asking;

/// <summary>Whom NetMon is asked about: two workloads, of whose troubles the person that asks knows nothing.</summary>
internal sealed record Subject(LabPod Client, LabPod Server)
{
    public string Namespace => Client.Workload.Namespace;

    /// <summary>The client has no address of its own.</summary>
    public bool IsOnHost => Client.Port is null;

    /// <summary>The command of the process at the source; empty if it is not known.</summary>
    public static string ProcessOf(JsonElement flow) =>
        flow.GetProperty("source").TryGetProperty("process", out var process)
        && process.ValueKind == JsonValueKind.Object
            ? Text(process, "command")
            : "";

    /// <summary>Whether the client began the flow. On its node's network it is known by its process alone.</summary>
    public bool Began(JsonElement flow) => IsEnd(flow.GetProperty("source"), Client);

    /// <summary>Whether one of the two is an end of an event; it may have one end only.</summary>
    public bool Concerns(JsonElement happened) =>
        ((string[])["source", "destination"]).Any(name =>
            happened.TryGetProperty(name, out var end)
            && end.ValueKind == JsonValueKind.Object
            && (IsEnd(end, Client) || IsEnd(end, Server))
        );

    /// <summary>Which of an end's pods this is.</summary>
    private static bool IsEnd(JsonElement end, LabPod pod) =>
        (
            pod.Port is not null
            && Text(end, "namespace") == pod.Workload.Namespace
            && Text(end, "workload") == pod.Workload.Name
        )
        || (
            end.TryGetProperty("process", out var process)
            && process.ValueKind == JsonValueKind.Object
            && Text(process, "pod_uid") == pod.Uid
        );

    private static string Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : "";
}
