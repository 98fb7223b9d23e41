namespace NetMon.Core.Drops;

/// <summary>What a reason means. Those that are not in the table are a loss: a younger kernel, or a sub-system of its own.</summary>
/// <param name="Name">As the kernel names it (include/net/dropreason-core.h), without its prefix.</param>
/// <param name="Class">Whether it is a loss.</param>
/// <param name="Hint">What it means, and where to look, for a person.</param>
public sealed record DropReason(string Name, DropClass Class, string Hint)
{
    /// <summary>The reason that says nothing: what it means is in the location.</summary>
    public const string NotSpecified = "NOT_SPECIFIED";

    private const DropClass Loss = DropClass.Loss;
    private const DropClass Policy = DropClass.Policy;
    private const DropClass Ordinary = DropClass.Ordinary;

    /// <summary>By name, since numbers differ from kernel to kernel. <c>docs/drops.md</c> lists the same; a test compares them.</summary>
    public static IReadOnlyList<DropReason> All { get; } =
    [
        new(
            "NO_SOCKET",
            Loss,
            "nobody listens on this port: is the server up, and on this address and port?"
        ),
        new("SOCKET_CLOSE", Ordinary, "the socket was closed with data unread"),
        new(
            "SOCKET_FILTER",
            Policy,
            "the socket's filter or a BPF program of its cgroup refused it: see bpftool cgroup tree"
        ),
        new(
            "SOCKET_RCVBUFF",
            Loss,
            "the receiving socket's buffer is full: the application reads too slowly, or net.core.rmem_* is too small"
        ),
        new(
            "SOCKET_BACKLOG",
            Loss,
            "the socket was busy and its backlog full: the application's thread is short of CPU"
        ),
        new("SOCKET_ERROR", Loss, "the receiving socket reported an error"),
        new("UNIX_DISCONNECT", Ordinary, "a local socket was disconnected"),
        new("UNIX_SKIP_OOB", Ordinary, "out-of-band data of a local socket was skipped"),
        new(
            "PKT_TOO_SMALL",
            Loss,
            "shorter than its headers say: a broken sender, or a device that cuts packets"
        ),
        new(
            "TCP_CSUM",
            Loss,
            "wrong TCP checksum: damaged on the way, or checksum offload gone wrong (ethtool -k)"
        ),
        new(
            "UDP_CSUM",
            Loss,
            "wrong UDP checksum: damaged on the way, or checksum offload gone wrong (ethtool -k)"
        ),
        new("ICMP_CSUM", Loss, "wrong ICMP checksum: damaged on the way"),
        new("SKB_CSUM", Loss, "the checksum could not be made: see the device's offloads (ethtool -k)"),
        new("IP_CSUM", Loss, "wrong IP header checksum: damaged on the way"),
        new(
            "NETFILTER_DROP",
            Policy,
            "a netfilter rule dropped it: see nft list ruleset, iptables-save, the CNI's policies"
        ),
        new("OTHERHOST", Ordinary, "a frame for another host: the interface is promiscuous"),
        new("IP_INHDR", Loss, "broken IP header, or its TTL was used up: a routing loop? see ip route get"),
        new(
            "IP_RPFILTER",
            Loss,
            "the route back to its sender leads elsewhere (rp_filter): asymmetric routing? see ip route get SENDER"
        ),
        new("UNICAST_IN_L2_MULTICAST", Ordinary, "a unicast packet in a broadcast frame"),
        new("XFRM_POLICY", Policy, "IPsec policy refused it: see ip xfrm policy"),
        new("IP_NOPROTO", Loss, "nobody handles its protocol"),
        new("PROTO_MEM", Loss, "the protocol's memory is used up: see net.ipv4.tcp_mem, udp_mem and ss -tm"),
        new("TCP_AUTH_HDR", Loss, "broken TCP authentication option"),
        new("TCP_MD5NOTFOUND", Loss, "TCP MD5 signature expected, none there"),
        new("TCP_MD5UNEXPECTED", Loss, "TCP MD5 signature there, none expected"),
        new("TCP_MD5FAILURE", Loss, "wrong TCP MD5 signature: different keys?"),
        new("TCP_AONOTFOUND", Loss, "TCP authentication expected, none there"),
        new("TCP_AOUNEXPECTED", Loss, "TCP authentication there, none expected"),
        new("TCP_AOKEYNOTFOUND", Loss, "unknown TCP authentication key"),
        new("TCP_AOFAILURE", Loss, "wrong TCP authentication: different keys?"),
        new("TCP_FLAGS", Loss, "TCP flags that make no sense: a scan?"),
        new("TCP_ABORT_ON_DATA", Loss, "data for a connection that the application had closed"),
        new(
            "TCP_ZEROWINDOW",
            Loss,
            "the receiver had announced a window of 0: the application reads too slowly"
        ),
        new("TCP_OLD_DATA", Ordinary, "data that was received before"),
        new("TCP_OVERWINDOW", Loss, "beyond the receiver's window"),
        new("TCP_OFOMERGE", Ordinary, "data that was received before, out of order"),
        new(
            "TCP_RFC7323_PAWS",
            Loss,
            "its timestamp is older than the connection's last: reordered, or NAT that mixes clients"
        ),
        new("TCP_RFC7323_PAWS_ACK", Ordinary, "an ACK with an old timestamp"),
        new(
            "TCP_RFC7323_TW_PAWS",
            Loss,
            "a new connection on a tuple in TIME_WAIT, with an older timestamp: NAT that mixes clients?"
        ),
        new("TCP_RFC7323_TSECR", Loss, "a timestamp echo that makes no sense"),
        new(
            "TCP_LISTEN_OVERFLOW",
            Loss,
            "the listener's queue is full: the application accepts too slowly; see ss -ltn, net.core.somaxconn"
        ),
        new("TCP_OLD_SEQUENCE", Ordinary, "a duplicate"),
        new("TCP_INVALID_SEQUENCE", Loss, "out of the receiver's window"),
        new("TCP_INVALID_END_SEQUENCE", Loss, "ends beyond the receiver's window"),
        new("TCP_INVALID_ACK_SEQUENCE", Loss, "acknowledges what was not sent"),
        new("TCP_RESET", Ordinary, "a RST, which was heeded"),
        new("TCP_INVALID_SYN", Loss, "a SYN within a connection"),
        new("TCP_CLOSE", Ordinary, "for a connection that is closed"),
        new("TCP_FASTOPEN", Ordinary, "a SYN with data, which was taken"),
        new("TCP_OLD_ACK", Ordinary, "an old ACK"),
        new("TCP_TOO_OLD_ACK", Loss, "an ACK older than the window: an attack, or a very late packet"),
        new("TCP_ACK_UNSENT_DATA", Loss, "acknowledges what was not sent"),
        new(
            "TCP_OFO_QUEUE_PRUNE",
            Loss,
            "the receive buffer is full, so what came out of order was thrown away: the application reads too slowly"
        ),
        new("TCP_OFO_DROP", Loss, "no room in the receive buffer for what came out of order"),
        new("TCP_MINTTL", Loss, "its TTL is less than the socket asks for"),
        new("IP_OUTNOROUTES", Loss, "no route to its destination: see ip route get"),
        new("IP_INNOROUTES", Loss, "no route to forward it: see ip route get, and net.ipv4.ip_forward"),
        new(
            "IP_INADDRERRORS",
            Loss,
            "an address that cannot be delivered to: is forwarding on (net.ipv4.ip_forward)?"
        ),
        new("IP_LOCAL_SOURCE", Loss, "its source is an address of this host"),
        new("IP_INVALID_SOURCE", Loss, "its source cannot be one"),
        new("IP_LOCALNET", Loss, "a loopback address from outside"),
        new("IP_INVALID_DEST", Loss, "its destination cannot be one"),
        new(
            "BPF_CGROUP_EGRESS",
            Policy,
            "a BPF program of the sender's cgroup refused it: see bpftool cgroup tree"
        ),
        new("IPV6DISABLED", Loss, "IPv6 is off on the interface (net.ipv6.conf.*.disable_ipv6)"),
        new("NEIGH_CREATEFAIL", Loss, "no room for another neighbour: see net.ipv4.neigh.default.gc_thresh3"),
        new(
            "NEIGH_FAILED",
            Loss,
            "nobody answered ARP or neighbour discovery: is the next hop up? see ip neigh"
        ),
        new("NEIGH_QUEUEFULL", Loss, "too many packets waited for ARP or neighbour discovery"),
        new("NEIGH_DEAD", Loss, "the neighbour's entry was removed"),
        new("NEIGH_HH_FILLFAIL", Loss, "the link header could not be made"),
        new(
            "TC_EGRESS",
            Policy,
            "a tc filter or BPF program on the sending interface dropped it: see tc filter show dev IF egress"
        ),
        new(
            "TC_INGRESS",
            Policy,
            "a tc filter or BPF program on the receiving interface dropped it: see tc filter show dev IF ingress"
        ),
        new("XDP", Policy, "an XDP program dropped it: see bpftool net"),
        new("SECURITY_HOOK", Policy, "a security module refused it: see its audit log"),
        new("QDISC_DROP", Loss, "the interface's queue is full, or shapes: see tc -s qdisc show dev IF"),
        new("QDISC_OVERLIMIT", Loss, "the interface's queue is full: see tc -s qdisc show dev IF"),
        new(
            "QDISC_CONGESTED",
            Loss,
            "the interface's queue is long, and the sender told by a drop: see tc -s qdisc show dev IF"
        ),
        new("CAKE_FLOOD", Loss, "too many flows at once in cake"),
        new("FQ_BAND_LIMIT", Loss, "a band of fq is full: see tc -s qdisc show dev IF"),
        new("FQ_HORIZON_LIMIT", Loss, "its time to be sent is beyond fq's horizon"),
        new("FQ_FLOW_LIMIT", Loss, "too much of one flow in fq: see tc -s qdisc show dev IF"),
        new("DUALPI2_STEP_DROP", Loss, "the interface's queue is long, and the sender told by a drop"),
        new(
            "CPU_BACKLOG",
            Loss,
            "this CPU receives more than it handles: see net.core.netdev_max_backlog, and RPS"
        ),
        new("UNHANDLED_PROTO", Ordinary, "a protocol that nobody here handles"),
        new(
            "SKB_GSO_SEG",
            Loss,
            "a large packet could not be segmented: see the device's offloads (ethtool -k)"
        ),
        new("SKB_UCOPY_FAULT", Loss, "could not be copied from or to the application"),
        new("DEV_HDR", Loss, "broken link header"),
        new("DEV_READY", Loss, "the interface is down"),
        new("FULL_RING", Loss, "the ring of a tun or packet socket is full: its reader is too slow"),
        new("NOMEM", Loss, "the kernel had no memory"),
        new("HDR_TRUNC", Loss, "its headers are cut off"),
        new("TAP_FILTER", Ordinary, "not for this tap: its filter"),
        new("TAP_TXFILTER", Ordinary, "not for this tap: its filter"),
        new("INVALID_PROTO", Loss, "its protocol cannot be used here"),
        new(
            "PKT_TOO_BIG",
            Loss,
            "larger than the MTU, and may not be fragmented: does path MTU discovery get its ICMP?"
        ),
        new("DUP_FRAG", Ordinary, "a fragment twice"),
        new("FRAG_REASM_TIMEOUT", Loss, "fragments of its datagram did not come"),
        new("FRAG_TOO_FAR", Loss, "fragments too far apart: heavy loss or reordering"),
        new("IPV6_BAD_EXTHDR", Loss, "broken IPv6 extension header"),
        new("IPV6_NDISC_FRAG", Loss, "fragmented neighbour discovery"),
        new("IPV6_NDISC_HOP_LIMIT", Loss, "neighbour discovery from afar"),
        new("IPV6_NDISC_BAD_CODE", Loss, "broken neighbour discovery"),
        new("IPV6_NDISC_BAD_OPTIONS", Loss, "broken neighbour discovery"),
        new("IPV6_NDISC_NS_OTHERHOST", Ordinary, "neighbour discovery for another host"),
        new("QUEUE_PURGE", Ordinary, "what was left in a queue that was closed"),
        new("TC_COOKIE_ERROR", Loss, "tc lost its state of the packet"),
        new("PACKET_SOCK_ERROR", Ordinary, "a packet socket had no room for its copy"),
        new("TC_CHAIN_NOTFOUND", Loss, "a tc filter leads to a chain that is not there"),
        new("TC_RECLASSIFY_LOOP", Loss, "tc filters go in a circle"),
        new("VXLAN_INVALID_HDR", Loss, "broken VXLAN header"),
        new("VXLAN_VNI_NOT_FOUND", Loss, "a VXLAN network that is not here"),
        new("VXLAN_ENTRY_EXISTS", Ordinary, "the VXLAN address is known"),
        new("MAC_INVALID_SOURCE", Loss, "its MAC source is none"),
        new("NO_TX_TARGET", Loss, "nowhere to send it: no bridge port or VXLAN peer has its MAC address"),
        new("IP_TUNNEL_ECN", Loss, "contradicting congestion marks inside and outside of a tunnel"),
        new("TUNNEL_TXINFO", Loss, "nobody said where the tunnel leads"),
        new("LOCAL_MAC", Loss, "its MAC source is this interface's: a loop?"),
        new("ARP_PVLAN_DISABLE", Ordinary, "ARP that is not answered in private VLANs"),
        new("MAC_IEEE_MAC_CONTROL", Ordinary, "a frame of the link itself"),
        new("BRIDGE_INGRESS_STP_STATE", Ordinary, "the bridge port is blocked by spanning tree"),
        new("CAN_RX_INVALID_FRAME", Ordinary, "no IP"),
        new("CANFD_RX_INVALID_FRAME", Ordinary, "no IP"),
        new("CANXL_RX_INVALID_FRAME", Ordinary, "no IP"),
        new("PFMEMALLOC", Loss, "memory is so short that it is kept for swapping"),
        new("PSP_INPUT", Loss, "PSP encryption expected, or wrong"),
        new("PSP_OUTPUT", Loss, "PSP encryption failed"),
        new("RECURSION_LIMIT", Loss, "devices send to each other in a circle"),
        new("OVS_DROP_EXPLICIT", Policy, "an Open vSwitch rule dropped it: see ovs-ofctl dump-flows"),
        new("OVS_DROP_LAST_ACTION", Policy, "no Open vSwitch rule forwards it: see ovs-ofctl dump-flows"),
        new("OVS_DROP_EXPLICIT_WITH_ERROR", Loss, "an Open vSwitch rule dropped it after an error"),
        new("OVS_DROP_METER", Policy, "an Open vSwitch meter dropped it"),
        new("NOT_SPECIFIED", Loss, "the kernel gives no reason: the location is the only clue"),
        new("NOT_DROPPED_YET", Ordinary, "not dropped"),
        new("CONSUMED", Ordinary, "not dropped"),
    ];

    private static readonly Dictionary<string, DropReason> ByName = All.ToDictionary(
        reason => reason.Name,
        StringComparer.Ordinal
    );

    /// <summary>A reason of the table, or what is assumed of one that is not in it.</summary>
    public static DropReason Find(string name) =>
        ByName.GetValueOrDefault(name)
        ?? new DropReason(name, Loss, "see the location, and the kernel's include/net/dropreason-core.h");
}
