using NetMon.Core.Endpoints;
using NetMon.Core.Flows;

namespace NetMon.Core.Metrics.Labels;

/// <summary>Every label that the families about flows can have, in the order in which series show them, and the presets.</summary>
internal static class FlowLabelTable
{
    /// <summary>The label that every set has: without it, traffic between two local ends would count twice in one series.</summary>
    public const string Direction = "direction";

    public static FlowLabel[] All { get; } =
    [
        new TextLabel(
            "src_namespace",
            "Namespace of the sender's workload; empty for nodes and external ends.",
            LabelSubjects.SourceWorkload,
            (in l) => l.Source.Namespace
        ),
        new TextLabel(
            "src_workload",
            "Name of the sender's workload: of a Deployment, not of its ReplicaSet; of a node the node's name; `external` or the name of a network from `export.prometheus.external_names`; `unknown` for a pod that is not known.",
            LabelSubjects.SourceWorkload,
            (in l) => l.Source.Name
        ),
        new TextLabel(
            "src_kind",
            "Kind of the sender's workload: `Deployment`, `StatefulSet`, `DaemonSet`, `Job`, `CronJob`, `Pod` (a bare one, or one that is not known), the kind of any other controller, `Node`, `Service` (no backend known), `External`.",
            LabelSubjects.SourceWorkload,
            (in l) => l.Source.Kind
        ),
        new TextLabel(
            "src_pod",
            "Name of the sender's pod; empty if it is none or not known.",
            LabelSubjects.SourcePod,
            (in l) => l.SourceEnd?.Pod
        )
        {
            NeedsEnds = true,
        },
        new TextLabel(
            "src_node",
            "Name of the node that the sender is or runs on.",
            LabelSubjects.None,
            (in l) => l.SourceEnd?.Node
        )
        {
            NeedsEnds = true,
        },
        new TextLabel(
            "src_zone",
            "Zone of the sender's node.",
            LabelSubjects.None,
            (in l) => l.SourceEnd?.Zone
        )
        {
            NeedsEnds = true,
        },
        new TextLabel(
            "src_process",
            "Command of the sender's process, if its socket is local and was known when the flow was first counted; else empty.",
            LabelSubjects.Address,
            (in l) => l.SourceOwner?.Command
        )
        {
            NeedsOwners = true,
        },
        new TextLabel(
            "src_container",
            "Id of the sender's container, likewise; empty if it is in none.",
            LabelSubjects.Address,
            (in l) => l.SourceOwner?.ContainerId
        )
        {
            NeedsOwners = true,
        },
        new AddressLabel("src_ip", "Address of the sender.", (in l) => l.SourceAddress),
        new TextLabel(
            "dst_namespace",
            "Namespace of the receiver's workload, likewise.",
            LabelSubjects.DestinationWorkload,
            (in l) => l.Destination.Namespace
        ),
        new TextLabel(
            "dst_workload",
            "Name of the receiver's workload, likewise: behind a service, of the pod that answered.",
            LabelSubjects.DestinationWorkload,
            (in l) => l.Destination.Name
        ),
        new TextLabel(
            "dst_kind",
            "Kind of the receiver's workload, likewise.",
            LabelSubjects.DestinationWorkload,
            (in l) => l.Destination.Kind
        ),
        new TextLabel(
            "dst_service",
            "Name of the service that was asked for; empty if none was, and on replies.",
            LabelSubjects.Service,
            (in l) => l.Service?.Name
        ),
        new TextLabel(
            "dst_pod",
            "Name of the receiver's pod; empty if it is none or not known.",
            LabelSubjects.DestinationPod,
            (in l) => l.DestinationEnd?.Pod
        )
        {
            NeedsEnds = true,
        },
        new TextLabel(
            "dst_node",
            "Name of the node that the receiver is or runs on.",
            LabelSubjects.None,
            (in l) => l.DestinationEnd?.Node
        )
        {
            NeedsEnds = true,
        },
        new TextLabel(
            "dst_zone",
            "Zone of the receiver's node.",
            LabelSubjects.None,
            (in l) => l.DestinationEnd?.Zone
        )
        {
            NeedsEnds = true,
        },
        new TextLabel(
            "dst_process",
            "Command of the receiver's process, likewise.",
            LabelSubjects.Address,
            (in l) => l.DestinationOwner?.Command
        )
        {
            NeedsOwners = true,
        },
        new TextLabel(
            "dst_container",
            "Id of the receiver's container, likewise.",
            LabelSubjects.Address,
            (in l) => l.DestinationOwner?.ContainerId
        )
        {
            NeedsOwners = true,
        },
        new AddressLabel(
            "dst_ip",
            "Address of the receiver: behind a service, of the pod that answered.",
            (in l) => l.DestinationAddress
        ),
        new PortLabel(
            "dst_port",
            "Port of the responder, on what the initiator sent; empty on replies and where the protocol has no ports."
        ),
        new TextLabel(
            "app_protocol",
            "Application protocol that is taken to be spoken, by service or port, never by what was sent; the same on replies. Empty where nothing tells.",
            LabelSubjects.None,
            (in l) => l.AppProtocol
        ),
        new WordLabel(
            "same_node",
            "`true` or `false`: whether both ends are on one node; empty where that is not known.",
            (in l) => Tristate(FlowScopes.AreOnSameNode(l.SourceEnd, l.DestinationEnd)),
            TristateWord
        )
        {
            NeedsEnds = true,
        },
        new WordLabel(
            "same_zone",
            "`true` or `false`: whether both ends are in one zone; empty where that is not known.",
            (in l) => Tristate(FlowScopes.AreInSameZone(l.SourceEnd, l.DestinationEnd)),
            TristateWord
        )
        {
            NeedsEnds = true,
        },
        new WordLabel(
            "scope",
            "What is at the two ends, sender first: `pod-to-pod`, `pod-to-external` and so on; `overlay` for the encapsulated packets between nodes, whose inner packets are counted too.",
            (in l) => (int)l.Scope,
            number => ((FlowScope)number).Word()
        ),
        new WordLabel(
            "traffic",
            "`external` if an end is outside of the cluster, else `internal`.",
            (in l) => FlowScopes.IsExternal(l.Scope) ? 1 : 0,
            number => number == 1 ? "external" : "internal"
        ),
        new WordLabel(
            "protocol",
            "Lower-case name of the IP protocol (`tcp`, `udp`, `icmpv6`, ...), or its number if it has no name.",
            (in l) => l.Protocol,
            number => IpProtocolNames.Name((byte)number)
        ),
        new WordLabel(
            Direction,
            "The local end's view: `egress`, `ingress` or `transit`.",
            (in l) => (int)l.Direction,
            number => ((FlowDirection)number).Word()
        ),
    ];

    /// <summary>Only of dropped packets, and always of them: nobody chooses it.</summary>
    public static FlowLabel Reason { get; } =
        new TextLabel(
            "reason",
            "Why the kernel dropped the packets.",
            LabelSubjects.None,
            (in l) => l.Reason
        );

    private static readonly string[] Workload =
    [
        "src_namespace",
        "src_workload",
        "src_kind",
        "dst_namespace",
        "dst_workload",
        "dst_kind",
        "dst_service",
        "scope",
        "traffic",
        "protocol",
        Direction,
    ];

    public static (string Name, string[] Labels)[] Presets { get; } =
    [
        ("workload", Workload),
        ("pod", [.. Workload, "src_pod", "src_node", "dst_pod", "dst_node"]),
        ("address", [.. Workload, "src_ip", "dst_ip", "dst_port"]),
    ];

    private static int Tristate(bool? value) =>
        value switch
        {
            null => 0,
            false => 1,
            true => 2,
        };

    private static string TristateWord(int value) =>
        value switch
        {
            0 => "",
            1 => "false",
            _ => "true",
        };
}
