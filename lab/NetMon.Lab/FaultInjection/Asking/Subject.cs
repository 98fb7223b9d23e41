using System.Text.Json;
using NetMon.Lab.Pods;

namespace NetMon.Lab.FaultInjection.Asking;

/// <summary>Whom NetMon is asked about: two workloads, of whose troubles the person that asks knows nothing.</summary>
internal sealed record Subject(LabPod Client, LabPod Server)
{
    public string Namespace => Client.Workload.Namespace;

    /// <summary>Whether the client began the flow. On its node's network it is known by its process alone.</summary>
    public bool Began(JsonElement flow) => IsEnd(flow.GetProperty("source"), Client);

    public bool Concerns(JsonElement flow) =>
        Began(flow)
        || IsEnd(flow.GetProperty("destination"), Client)
        || IsEnd(flow.GetProperty("source"), Server)
        || IsEnd(flow.GetProperty("destination"), Server);

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
