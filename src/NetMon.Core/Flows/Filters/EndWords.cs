using System.Globalization;
using NetMon.Core.Networks;

namespace NetMon.Core.Flows.Filters;

/// <summary>Reads how people name an end of a flow. Each method gives null for what it cannot read.</summary>
internal static class EndWords
{
    private const string ServiceForm = "service:";

    /// <summary>Kinds by the short names that kubectl takes; others are named in full, in any case.</summary>
    private static readonly Dictionary<string, string> ShortKinds = new(StringComparer.OrdinalIgnoreCase)
    {
        ["deploy"] = "Deployment",
        ["sts"] = "StatefulSet",
        ["ds"] = "DaemonSet",
        ["cj"] = "CronJob",
        ["rs"] = "ReplicaSet",
        ["rc"] = "ReplicationController",
        ["po"] = "Pod",
        ["no"] = "Node",
        ["svc"] = "Service",
    };

    private static readonly Dictionary<string, Func<string, EndTest?>> Forms = new(StringComparer.Ordinal)
    {
        ["ip"] = Network,
        ["namespace"] = Namespace,
        ["pod"] = Pod,
        ["workload"] = Workload,
        ["label"] = Label,
        ["node"] = Node,
        ["process"] = Process,
        ["container"] = Container,
    };

    public static EndTest? Network(string text) =>
        Cidr.TryParse(text, out var network) ? new NetworkTest(network) : null;

    public static EndTest? Namespace(string text) =>
        TryReadName(text, out var name) ? new NamespaceTest(name) : null;

    /// <summary>In any case: the words are lower-case.</summary>
    public static EndTest? AppProtocol(string text) =>
        TryReadName(text.ToLowerInvariant(), out var name) ? new AppProtocolTest(name) : null;

    public static EndTest? Node(string text) => TryReadName(text, out var name) ? new NodeTest(name) : null;

    public static EndTest? Label(string text) => LabelTest.TryParse(text, out var test) ? test : null;

    /// <summary>A command, as <c>ps -o comm</c> names it, or a process's number.</summary>
    public static EndTest? Process(string text) =>
        text.Length > 0 && NamePattern.TryParseAny(text, out var command)
            ? new ProcessTest(
                command,
                int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                    ? number
                    : null
            )
            : null;

    /// <summary>A container's id, or its beginning.</summary>
    public static EndTest? Container(string text) =>
        text.Length > 0 && NamePattern.TryParse(text, out _)
            ? new ContainerTest(NamePattern.BeginningOf(text))
            : null;

    /// <summary><c>NAME</c>, <c>NAMESPACE/NAME</c>, or <c>NAMESPACE/</c> for all of one.</summary>
    public static EndTest? Pod(string text) =>
        TryReadScoped(text, out var scope, out var name) ? new PodTest(scope, name) : null;

    /// <summary><c>NAME</c>, <c>KIND/NAME</c>, <c>NAMESPACE/NAME</c>, <c>NAMESPACE/KIND/NAME</c>; the last may be left out after a slash.</summary>
    public static EndTest? Workload(string text)
    {
        var parts = text.Split('/');
        if (parts.Length == 3)
        {
            return
                parts[0].Length > 0
                && IsKind(parts[1])
                && NamePattern.TryParse(parts[0], out var ns)
                && NamePattern.TryParse(parts[2], out var last)
                ? new WorkloadTest(NamespaceScope.In(ns), Kind(parts[1]), last)
                : null;
        }

        if (!TryReadScoped(text, out var scope, out var name))
        {
            return null;
        }

        var inNamespace = new WorkloadTest(scope, kind: null, name);
        return parts.Length == 2 && IsKind(parts[0])
            ? new AnyTest(inNamespace, new WorkloadTest(NamespaceScope.Everywhere, Kind(parts[0]), name))
            : inNamespace;
    }

    /// <summary><c>NAME</c> or <c>NAMESPACE/NAME</c>, each with <c>:PORT</c>, a name or a number.</summary>
    public static EndTest? Service(string text)
    {
        var colon = text.LastIndexOf(':');
        var portName = colon < 0 ? null : text[(colon + 1)..];
        var port = ushort.TryParse(portName, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : (ushort?)null;
        return
            portName is not "" && TryReadScoped(colon < 0 ? text : text[..colon], out var scope, out var name)
            ? new ServiceTest(scope, name, portName, port)
            : null;
    }

    /// <summary>A source: <c>external</c>, one of the forms above with its name before a colon, an address or network, or the name of a pod or workload.</summary>
    public static EndTest? Source(string text) =>
        Formed(text)
        ?? (
            Workload(text) is { } workload && Pod(text) is { } pod
                ? new AnyTest(pod, workload)
                : Workload(text)
        );

    /// <summary>A destination: the same, and services, which only a destination can be asked for by.</summary>
    public static EndTest? Destination(string text) =>
        text.StartsWith(ServiceForm, StringComparison.Ordinal) ? Service(text[ServiceForm.Length..])
        : Source(text) is not { } source ? null
        : Formed(text) is null && Service(text) is { } service ? new AnyTest(source, service)
        : source;

    private static EndTest? Formed(string text)
    {
        if (text is "external")
        {
            return new ExternalTest();
        }

        var colon = text.IndexOf(':');
        return Network(text)
            ?? (
                colon > 0 && Forms.TryGetValue(text[..colon], out var form) ? form(text[(colon + 1)..]) : null
            );
    }

    private static bool TryReadScoped(string text, out NamespaceScope scope, out NamePattern name)
    {
        var slash = text.IndexOf('/');
        scope = NamespaceScope.Everywhere;
        if (slash < 0)
        {
            return TryReadName(text, out name);
        }

        if (!TryReadName(text[..slash], out var ns))
        {
            name = default;
            return false;
        }

        scope = NamespaceScope.In(ns);
        return NamePattern.TryParse(text.AsSpan(slash + 1), out name);
    }

    private static bool TryReadName(string text, out NamePattern name) =>
        NamePattern.TryParse(text, out name) && text.Length > 0;

    private static bool IsKind(string text) => text.Length > 0 && text.All(char.IsAsciiLetterOrDigit);

    private static string Kind(string text) => ShortKinds.GetValueOrDefault(text, text);
}
