using NetMon.Core.Metrics.Labels;

namespace NetMon.Core.Metrics;

/// <content>What the flows carried. These names are fixed: dashboards and alerts of users hold them.</content>
public static partial class Instruments
{
    public static readonly Instrument FlowsActive = new(
        "netmon_flows_active",
        MetricType.Gauge,
        "flows",
        "Flows in the flow table now. direction is the local end's view of the initiator's packets, egress if both ends are local.",
        "protocol",
        "direction"
    );

    public static readonly Instrument Flows = new(
        "netmon_flows_total",
        MetricType.Counter,
        "flows",
        "Flows that came about (status ok: established, or replied to, or ended without an error) or did not (status failed). Each is counted once, when that is known; one between two ends of the same node once for each direction. The labels describe the flow: src is its initiator.",
        [.. LabelSet.Workload.Names, "status"]
    );

    public static readonly Instrument Bytes = new(
        "netmon_bytes_total",
        MetricType.Counter,
        "bytes",
        "IP bytes on the wire, headers of each segment included. The labels describe these bytes: src sent them, dst is whom they were for.",
        [.. LabelSet.Workload.Names]
    );

    public static readonly Instrument Packets = new(
        "netmon_packets_total",
        MetricType.Counter,
        "packets",
        "Packets on the wire: the segments of an offloaded packet each count. Labels as in netmon_bytes_total.",
        [.. LabelSet.Workload.Names]
    );

    public static readonly Instrument Latency = new(
        "netmon_latency_seconds",
        MetricType.Histogram,
        "seconds",
        "Latency of network operations. type connect: from a TCP connection's first SYN to the ACK that established it, retries included; connect_server: from the SYN to the SYN/ACK, which is the part between here and the server; connect_client: from the SYN/ACK to the ACK, the part between here and the client; first_byte: from a connection's request to the first byte of its answer, once for each connection. The labels describe the flow: src is its initiator.",
        [.. LabelSet.Workload.Names, "type"]
    );

    public static readonly Instrument TcpRetransmits = new(
        "netmon_tcp_retransmits_total",
        MetricType.Counter,
        "segments",
        "TCP segments sent again, by sequence number, both ways. The labels describe the flow: src is its initiator.",
        [.. LabelSet.Workload.Names]
    );

    public static readonly Instrument TcpResets = new(
        "netmon_tcp_resets_total",
        MetricType.Counter,
        "segments",
        "TCP segments with RST, both ways. The labels describe the flow: src is its initiator.",
        [.. LabelSet.Workload.Names]
    );

    public static readonly Instrument FlowFailures = new(
        "netmon_flow_failures_total",
        MetricType.Counter,
        "flows",
        "Flows that failed, and established connections that were broken off, by cause; each once, or once for each direction as in netmon_flows_total. Without the causes reset-by-client and reset-by-server, which are connections that came about and were broken off by a RST, the sum is that of netmon_flows_total with status failed. The labels describe the flow: src is its initiator.",
        [.. LabelSet.Workload.Names, "cause"]
    );

    public static readonly Instrument TcpRoundTrips = new(
        "netmon_tcp_rtt_seconds",
        MetricType.Histogram,
        "seconds",
        "Round trips of TCP during the connection, measured from packets: from data to its ACK, at most one each millisecond of a connection. side source: between here and the flow's initiator; side destination: between here and the responder. The labels describe the flow: src is its initiator.",
        [.. LabelSet.Workload.Names, "side"]
    );

    public static readonly Instrument TcpEvents = new(
        "netmon_tcp_events_total",
        MetricType.Counter,
        "segments",
        "TCP segments that tell of trouble, both ways, by event: fast_retransmit, timeout_retransmit and spurious_retransmit (of the segments sent again: upon duplicate ACKs, after a silence, though acknowledged before), out_of_order (came late, not sent again), duplicate_ack, gap (others are missing before it here), zero_window (its sender takes no more), window_full (it filled the other end's window). The labels describe the flow: src is its initiator.",
        [.. LabelSet.Workload.Names, "event"]
    );

    private static Instrument[] TrafficInstruments =>
        [
            FlowsActive,
            Flows,
            Bytes,
            Packets,
            Latency,
            TcpRetransmits,
            TcpResets,
            FlowFailures,
            TcpRoundTrips,
            TcpEvents,
        ];
}
