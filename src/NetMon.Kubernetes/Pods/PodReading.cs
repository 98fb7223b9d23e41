using System.Text.Json;

namespace NetMon.Kubernetes.Pods;

/// <summary>Reads where pods run out of a list of them.</summary>
internal static class PodReading
{
    /// <summary>What the manifests call the port of the API, whatever its number.</summary>
    private static readonly string[] PortNames = ["http", "https", "api"];

    /// <summary>Those that run and are not being deleted, in the order of their nodes' names.</summary>
    /// <param name="list">A PodList.</param>
    /// <param name="port">Of pods that do not name one.</param>
    /// <param name="component">What <c>app.kubernetes.io/component</c> is, where it is there.</param>
    public static IReadOnlyList<PodLocation> Read(JsonElement list, int port, string component)
    {
        var pods = new List<PodLocation>();
        foreach (var pod in Items(list, "items"))
        {
            var metadata = Member(pod, "metadata");
            var spec = Member(pod, "spec");
            var status = Member(pod, "status");
            if (
                Text(spec, "nodeName") is { } node
                && Text(metadata, "name") is { } name
                && Text(metadata, "namespace") is { } space
                && Text(status, "phase") is "Running"
                && Member(metadata, "deletionTimestamp").ValueKind == JsonValueKind.Undefined
                && (Text(Member(metadata, "labels"), "app.kubernetes.io/component") ?? component) == component
            )
            {
                pods.Add(
                    new PodLocation(space, name, node, Port(spec) ?? port, IsReady(status), IsTls(spec))
                );
            }
        }

        pods.Sort((a, b) => string.CompareOrdinal($"{a.Node}/{a.Name}", $"{b.Node}/{b.Name}"));
        return pods;
    }

    private static int? Port(JsonElement spec) =>
        Items(spec, "containers")
            .SelectMany(container => Items(container, "ports"))
            .Where(port => Text(port, "name") is { } name && Array.IndexOf(PortNames, name) >= 0)
            .Select(port =>
                Member(port, "containerPort") is { ValueKind: JsonValueKind.Number } number
                && number.TryGetInt32(out var value)
                    ? value
                    : (int?)null
            )
            .FirstOrDefault();

    // Kubelet has to know, so that the probes do.
    private static bool IsTls(JsonElement spec) =>
        Items(spec, "containers")
            .Any(container =>
                Text(Member(Member(container, "readinessProbe"), "httpGet"), "scheme") is "HTTPS"
                || Text(Member(Member(container, "livenessProbe"), "httpGet"), "scheme") is "HTTPS"
            );

    private static bool IsReady(JsonElement status) =>
        Items(status, "conditions")
            .Any(condition => Text(condition, "type") is "Ready" && Text(condition, "status") is "True");

    private static JsonElement Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member)
            ? member
            : default;

    private static string? Text(JsonElement element, string name) =>
        Member(element, name) is { ValueKind: JsonValueKind.String } member ? member.GetString() : null;

    private static JsonElement.ArrayEnumerator Items(JsonElement element, string name) =>
        Member(element, name) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : default;
}
