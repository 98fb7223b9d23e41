using System.Net;
using NetMon.Lab.Machines;
using NetMon.Lab.Network;
using NetMon.Lab.Pods;

namespace NetMon.Lab.Traffic;

/// <summary>Who can be at an end of traffic.</summary>
public enum EndKind
{
    Pod,
    Node,
    Outside,
}

/// <summary>One end of traffic: a pod, a node, or the world outside.</summary>
public sealed class TrafficEnd
{
    private readonly IPAddress _v4;
    private readonly IPAddress _v6;

    private TrafficEnd(EndKind kind, Party party, NetworkNamespace machine, IPAddress v4, IPAddress v6)
    {
        Kind = kind;
        Party = party;
        Namespace = machine;
        _v4 = v4;
        _v6 = v6;
    }

    public EndKind Kind { get; }

    /// <summary>As metrics name it.</summary>
    public Party Party { get; }

    public NetworkNamespace Namespace { get; }

    /// <summary>That it is, or runs on; null outside.</summary>
    public LabNode? Node { get; private init; }

    /// <summary>Its own interface.</summary>
    public LabInterface Interface => new(Namespace, ClusterNetwork.Uplink);

    public static TrafficEnd Of(LabPod pod)
    {
        ArgumentNullException.ThrowIfNull(pod);
        return pod.Port is null
            ? Of(pod.Node)
            : new TrafficEnd(
                EndKind.Pod,
                new Party(pod.Workload.Namespace, pod.Workload.Name, pod.Workload.Kind),
                pod.Namespace,
                pod.V4,
                pod.V6
            )
            {
                Node = pod.Node,
            };
    }

    public static TrafficEnd Of(LabNode node)
    {
        ArgumentNullException.ThrowIfNull(node);
        return new TrafficEnd(EndKind.Node, Party.Node(node.Name), node.Namespace, node.V4, node.V6)
        {
            Node = node,
        };
    }

    /// <param name="outside">The machine that is the world.</param>
    /// <param name="number">Which of its addresses.</param>
    public static TrafficEnd Of(NetworkNamespace outside, int number) =>
        new(
            EndKind.Outside,
            Party.External,
            outside,
            AddressPlan.ExternalV4[number],
            AddressPlan.ExternalV6[number]
        );

    public IPAddress Address(bool v6) => v6 ? _v6 : _v4;

    public override string ToString() => Party.ToString();
}

/// <summary>Who is at an end, in the words of the metrics' labels.</summary>
public readonly record struct Party(string Namespace, string Workload, string Kind)
{
    public static Party External { get; } = new("", "external", "External");

    public static Party Node(string name) => new("", name, "Node");

    /// <summary>Of a scope's words; a service's own address counts as the pods behind it.</summary>
    public string Word =>
        Kind switch
        {
            "Node" => "node",
            "External" => "external",
            _ => "pod",
        };

    public override string ToString() => Namespace.Length == 0 ? Workload : $"{Namespace}/{Workload}";
}
