using NetMon.Core.Endpoints;
using NetMon.Core.Flows;

namespace NetMon.Terminal.Flows.Pairs;

/// <summary>By what flows are summed up: what two flows must share at each end to be of one pair.</summary>
internal enum PairSubject
{
    Workload,
    Pod,
    Namespace,
    Node,
}

internal static class PairSubjects
{
    private const string UnknownPod = "unknown pod";
    private const string UnknownNode = "unknown node";

    // In the order of PairSubject.
    private static readonly string[] Names = ["workload", "pod", "namespace", "node"];

    public static IReadOnlyList<string> Words => Names;

    public static bool TryParse(string? word, out PairSubject subject)
    {
        var index = Array.IndexOf(Names, word);
        subject = (PairSubject)Math.Max(0, index);
        return index >= 0;
    }

    public static string Word(this PairSubject subject) => Names[(int)subject];

    /// <summary>The end's name, not made safe. What has none of the kind asked for is named by what it is; what nothing is known of, by its address.</summary>
    public static string NameOf(this PairSubject subject, EndpointView end)
    {
        if (string.IsNullOrEmpty(end.Workload))
        {
            return end.Ip;
        }

        // Nodes and the world outside are their own workload, pod and namespace.
        var hasNamespace = !string.IsNullOrEmpty(end.Namespace);
        return subject switch
        {
            PairSubject.Node => end.Node ?? (IsPod(end) ? UnknownNode : Workload(end, hasNamespace)),
            _ when IsPod(end) && !hasNamespace => UnknownPod,
            PairSubject.Namespace when hasNamespace => end.Namespace!,
            PairSubject.Pod when hasNamespace && end.Pod is { } pod => $"{end.Namespace}/{pod}",
            _ => Workload(end, hasNamespace),
        };
    }

    private static bool IsPod(EndpointView end) =>
        end.Kind
            is not (
                nameof(EndpointKind.Node)
                or nameof(EndpointKind.External)
                or nameof(EndpointKind.Service)
            );

    private static string Workload(EndpointView end, bool hasNamespace) =>
        hasNamespace ? $"{end.Namespace}/{end.Workload}" : end.Workload!;
}
