using System.Text.Json;

namespace NetMon.EndToEnd.Attribution;

/// <summary>Who an agent says is at the ends of a flow; empty where it does not say.</summary>
internal sealed record AttributedFlow(JsonElement Json)
{
    public string SourcePod => End("source", "pod");

    public string SourceWorkload => End("source", "workload");

    public string DestinationPod => End("destination", "pod");

    public string Service =>
        Json.GetProperty("destination").TryGetProperty("service", out var service)
            ? $"{service.GetProperty("namespace").GetString()}/{service.GetProperty("name").GetString()}"
            : "";

    public string Scope => Json.TryGetProperty("scope", out var scope) ? scope.GetString()! : "";

    /// <summary>The flows of a stream whose initiator has this port.</summary>
    public static AttributedFlow[] From(AgentStream stream, int port) =>
        [
            .. stream
                .Flows.Where(flow => flow.Forth.SourcePort == port)
                .Select(flow => new AttributedFlow(flow.Json)),
        ];

    /// <summary>Waits for the one flow from a port.</summary>
    public static AttributedFlow One(AgentStream stream, int port)
    {
        Wait.Until(() => From(stream, port).Length > 0, $"a flow from port {port}");
        return Assert.Single(From(stream, port));
    }

    private string End(string end, string name) =>
        Json.GetProperty(end).TryGetProperty(name, out var value) ? value.GetString()! : "";
}
