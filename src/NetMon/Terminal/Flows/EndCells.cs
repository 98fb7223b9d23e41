using NetMon.Core.Endpoints;
using NetMon.Core.Flows;
using NetMon.Terminal.Tables;

namespace NetMon.Terminal.Flows;

/// <summary>The ends of a flow in a person's words: by name where there is one, else by address. All of it is made safe here.</summary>
/// <remarks>
/// <code>
///   shop/web                          a workload; its port where it is the one asked, and the service if there is one:
///   shop/redis:6379                   asked directly
///   shop/redis (svc cart:6380)        asked by a service
///   shop/redis:6380 (svc)             asked by a service of the same name
///   node-1:10250                      a node
///   office/198.51.100.7:443           a network that has a name
///   198.51.100.7:443                  anything else
/// </code>
/// </remarks>
internal static class EndCells
{
    /// <summary>Without the port where there is a name: that of a source tells connections apart, not sources.</summary>
    public static Cell Source(FlowView flow) => Source(flow.Source);

    public static Cell Destination(FlowView flow) => Destination(flow.Destination);

    /// <inheritdoc cref="Source(FlowView)"/>
    public static Cell Source(EndpointView end) => Clean(IsNamed(end) ? Name(end) : WithNetwork(end));

    public static Cell Destination(EndpointView end)
    {
        if (end.Service is not { Name: { } name } service)
        {
            return Clean(IsNamed(end) ? WithPort(Name(end), end.Port) : WithNetwork(end));
        }

        var sameNamespace = string.Equals(service.Namespace, end.Namespace, StringComparison.Ordinal);
        if (sameNamespace && string.Equals(name, end.Workload, StringComparison.Ordinal))
        {
            return Clean($"{WithPort(Name(end), service.Port)} (svc)");
        }

        var asked = WithPort(sameNamespace ? name : $"{service.Namespace}/{name}", service.Port);
        return Clean($"{(IsNamed(end) ? Name(end) : WithNetwork(end))} (svc {asked})");
    }

    /// <summary>Address and port.</summary>
    public static Cell Address(EndpointView end) => Clean(AddressText(end.Ip, end.Port));

    /// <summary>Address and port that the source sent to, where that was not the destination's.</summary>
    public static Cell Asked(FlowView flow) =>
        flow.Destination.Service is { } service ? Clean(AddressText(service.Ip, service.Port)) : Cell.None;

    public static Cell Word(string? word) =>
        string.IsNullOrEmpty(word) ? Cell.None : new Cell(TerminalText.Clean(word));

    /// <summary>Shown by a name that does not tell the address.</summary>
    public static bool IsNamed(EndpointView end) =>
        !string.IsNullOrEmpty(end.Workload) && !IsExternal(end) && !IsUnknown(end);

    private static bool IsExternal(EndpointView end) => end.Kind is nameof(EndpointKind.External);

    private static bool IsUnknown(EndpointView end) =>
        end is { Pod: null, Namespace: null, Kind: nameof(EndpointKind.Pod), Workload: Endpoint.UnknownName };

    private static string Name(EndpointView end) =>
        string.IsNullOrEmpty(end.Namespace) ? end.Workload! : $"{end.Namespace}/{end.Workload}";

    private static string WithNetwork(EndpointView end)
    {
        var address = AddressText(end.Ip, end.Port);
        return IsExternal(end) && end.Workload is { Length: > 0 } and not Endpoint.ExternalName
            ? $"{end.Workload}/{address}"
            : address;
    }

    private static string AddressText(string ip, int? port) =>
        port is not null && ip.Contains(':') ? WithPort($"[{ip}]", port) : WithPort(ip, port);

    private static string WithPort(string name, int? port) => port is { } number ? $"{name}:{number}" : name;

    private static Cell Clean(string text) => new(TerminalText.Clean(text));
}
