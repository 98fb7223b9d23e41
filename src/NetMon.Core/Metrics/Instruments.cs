// One table, so long because it names everything there is to scrape: parts of it would be harder to look through.
using NetMon.Core.Metrics.Labels;

namespace NetMon.Core.Metrics;

/// <summary>Every instrument of the agent. <c>docs/metrics.md</c> lists the same; a test compares them.</summary>
public static class Instruments
{
    // Traffic. The names of this section are fixed: dashboards and alerts of users hold them.

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

    public static readonly Instrument EventsProcessed = new(
        "netmon_ebpf_events_processed_total",
        MetricType.Counter,
        "records",
        "Flow records from the kernel whose counts are in the figures."
    );

    public static readonly Instrument EventsDropped = new(
        "netmon_ebpf_events_dropped_total",
        MetricType.Counter,
        "events",
        "Events in the kernel that failed, by reason: map_full, map_failed, race, delete_failed, fragment_map_failed, bad_record. Their packets are counted all the same, elsewhere.",
        "reason"
    );

    public static readonly Instrument ProcessingDuration = new(
        "netmon_processing_duration_seconds",
        MetricType.Summary,
        "seconds",
        "Time from when a record left the kernel program (of a sweep: from when it was read) until all figures held it; quantiles over the last minutes."
    );

    public static readonly Instrument MemoryUsage = new(
        "netmon_memory_usage_bytes",
        MetricType.Gauge,
        "bytes",
        "Resident memory of this process."
    );

    public static readonly Instrument CpuUsage = new(
        "netmon_cpu_usage_percentage",
        MetricType.Gauge,
        "percent",
        "CPU time of this process over the last seconds, in percent of one core."
    );

    public static readonly Instrument Interfaces = new(
        "netmon_interfaces",
        MetricType.Gauge,
        "interfaces",
        "Interfaces under observation, by kind: pod, uplink, other.",
        "kind"
    );

    public static readonly Instrument MapEntries = new(
        "netmon_map_entries",
        MetricType.Gauge,
        "entries",
        "Entries of a kernel map now.",
        "map"
    );

    public static readonly Instrument MapCapacity = new(
        "netmon_map_capacity",
        MetricType.Gauge,
        "entries",
        "Entries that a kernel map has room for.",
        "map"
    );

    public static readonly Instrument Drops = new(
        "netmon_drops_total",
        MetricType.Counter,
        "packets",
        "Packets that this host's kernel dropped, with the reason that it gives (docs/drops.md). The labels describe the packets: src sent them, dst is whom they were for. Each counts once, in one direction: egress if its sender is local and it had not reached a local receiver yet, else ingress.",
        [.. LabelSet.Workload.Names, "reason"]
    );

    public static readonly Instrument DropBytes = new(
        "netmon_drop_bytes_total",
        MetricType.Counter,
        "bytes",
        "IP bytes of the packets in netmon_drops_total.",
        [.. LabelSet.Workload.Names, "reason"]
    );

    public static readonly Instrument DropsUnattributed = new(
        "netmon_drops_unattributed_total",
        MetricType.Counter,
        "packets",
        "Packets that the kernel dropped, and which are not in netmon_drops_total, by cause: map_full (more flows and places within a fifth of a second than features.drops.max_entries), non_ip, unreadable (headers that are missing, cut off or not linear), bad_record (sums of the kernel that cannot be, and whose reason is not told). Together the two hold every packet that was lost.",
        "reason",
        "cause"
    );

    public static readonly Instrument DropsOrdinary = new(
        "netmon_drops_ordinary_total",
        MetricType.Counter,
        "packets",
        "Packets that the kernel freed for a reason which is no loss (docs/drops.md): duplicates, what a closed socket had left, frames for somebody else. In no other metric of drops.",
        "reason"
    );

    public static readonly Instrument DropsEarly = new(
        "netmon_drops_unawaited_total",
        MetricType.Counter,
        "sums",
        "Sums of drops that found no room to wait for their flow's first record, so that their labels are those of their addresses."
    );

    public static readonly Instrument DropsMissed = new(
        "netmon_drops_missed_total",
        MetricType.Counter,
        "packets",
        "Drops within an interrupt that came while this CPU was counting another drop: in no other metric of drops."
    );

    public static readonly Instrument HostProtocol = new(
        "netmon_host_protocol_total",
        MetricType.Counter,
        "",
        "What the kernel counts of drops, errors and overload in this host's network namespace, under its own names (/proc/net/snmp, netstat, snmp6; docs/drops.md says which and what they mean).",
        "protocol",
        "counter"
    );

    public static readonly Instrument HostSoftnet = new(
        "netmon_host_softnet_total",
        MetricType.Counter,
        "",
        "What a CPU did with received packets before any protocol, by counter: dropped (packets that found its queue full), time_squeeze (times that it stopped with packets left).",
        "cpu",
        "counter"
    );

    public static readonly Instrument InterfaceDrops = new(
        "netmon_interface_drops_total",
        MetricType.Counter,
        "packets",
        "What this host's interfaces count of lost packets, by direction (receive, transmit: the interface's own view) and kind: dropped (no room, or nobody wanted them; missed ones included), errors, overruns.",
        "interface",
        "direction",
        "kind"
    );

    public static readonly Instrument FeatureUp = new(
        "netmon_feature_up",
        MetricType.Gauge,
        "",
        "Whether a feature that the agent can do without works: 1, or 0 if it is switched off or degraded.",
        "feature"
    );

    public static readonly Instrument ConfigReloads = new(
        "netmon_config_reloads_total",
        MetricType.Counter,
        "",
        "Times that the settings were read anew because the file changed or SIGHUP came, by result: accepted, refused (something was wrong, and those before stayed).",
        "result"
    );

    public static readonly Instrument ConfigLastReloadSuccessful = new(
        "netmon_config_last_reload_successful",
        MetricType.Gauge,
        "",
        "Whether the settings that were last read hold: 1, or 0 if something was wrong with them."
    );

    public static readonly Instrument ConfigRestartPending = new(
        "netmon_config_restart_pending",
        MetricType.Gauge,
        "settings",
        "Settings that have another value now than the agent runs with, because it takes a restart to change them."
    );

    public static readonly Instrument SecurityEvents = new(
        "netmon_security_events_total",
        MetricType.Counter,
        "events",
        "Suspicious events that began, by type. namespace and workload are those of the source; where that are many, of the destination.",
        "type",
        "namespace",
        "workload"
    );

    public static readonly Instrument SecurityEventsLost = new(
        "netmon_security_events_lost_total",
        MetricType.Counter,
        "events",
        "Suspicious events that are not told, by reason: too_many, displaced.",
        "reason"
    );

    public static readonly Instrument DetectionLost = new(
        "netmon_detection_lost_total",
        MetricType.Counter,
        "",
        "What the detections did not hear of, or had to forget too soon, by reason: queue, examination, evicted, workload.",
        "reason"
    );

    public static readonly Instrument DetectionTracked = new(
        "netmon_detection_tracked",
        MetricType.Gauge,
        "",
        "What the detections remember, by kind: suspect, workload, event (those that go on).",
        "kind"
    );

    public static readonly Instrument SocketEvents = new(
        "netmon_socket_events_total",
        MetricType.Counter,
        "events",
        "Events about sockets that the kernel programs reported: as they came (ring), and by walks through open files (walk).",
        "source"
    );

    public static readonly Instrument SocketEventsLost = new(
        "netmon_socket_events_lost_total",
        MetricType.Counter,
        "events",
        "Events about sockets that were lost, by reason: ring_full, missed (in an interrupt, while the program ran on the same CPU), no_storage (the owner could not be kept with the socket), bad_record. The next walk makes up for what still exists then.",
        "reason"
    );

    public static readonly Instrument SocketOwners = new(
        "netmon_socket_owners_total",
        MetricType.Counter,
        "ends",
        "Local ends of TCP and UDP flows that have ended: whose process was known, and whose was unknown. An end without a socket, as of a port that nobody listens on, is unknown.",
        "result"
    );

    public static readonly Instrument Sockets = new(
        "netmon_sockets",
        MetricType.Gauge,
        "sockets",
        "Sockets of which the agent remembers the owner: connections, some of them over, and sockets that wait for others (listener).",
        "kind"
    );

    public static readonly Instrument SocketsDisplaced = new(
        "netmon_sockets_displaced_total",
        MetricType.Counter,
        "sockets",
        "Sockets that were forgotten for want of room (features.sockets.max_sockets)."
    );

    public static readonly Instrument SocketCgroupsUnknown = new(
        "netmon_socket_cgroups_unknown_total",
        MetricType.Counter,
        "cgroups",
        "Cgroups of processes whose path could not be found, mostly since they were gone: container and pod are not known."
    );

    public static readonly Instrument SocketWalks = new(
        "netmon_socket_walks_total",
        MetricType.Counter,
        "walks",
        "Walks through the open files of all processes."
    );

    public static readonly Instrument SocketWalkSeconds = new(
        "netmon_socket_walk_seconds_total",
        MetricType.Counter,
        "seconds",
        "Time in the kernel that the walks took."
    );

    public static readonly Instrument SocketFilesVisited = new(
        "netmon_socket_files_visited_total",
        MetricType.Counter,
        "files",
        "Open files that the walks passed."
    );

    // Sampling.

    public static readonly Instrument SamplingRate = new(
        "netmon_sampling_rate",
        MetricType.Gauge,
        "",
        "One flow of so many is counted, and stands for as many in every figure about flows: those are estimations where it is not 1."
    );

    public static readonly Instrument SamplingRateChanges = new(
        "netmon_sampling_rate_changes_total",
        MetricType.Counter,
        "changes",
        "Changes of the sampling rate: configured, or raised and lowered by the adaptive mode.",
        "reason"
    );

    public static readonly Instrument SamplingCpu = new(
        "netmon_sampling_cpu_percent",
        MetricType.Gauge,
        "percent",
        "CPU time of the agent and, where the kernel tells, of its packet programs, percent of one core: what the adaptive mode compares with its budget. Without the mode there is none."
    );

    public static readonly Instrument UnsampledPackets = new(
        "netmon_unsampled_packets_total",
        MetricType.Counter,
        "packets",
        "Packets of flows that were not chosen, at each interface and hook that they crossed, while the sampling rate was more than 1. With netmon_sampled_packets_total the true number that netmon_sampling_estimated_packets_total estimates."
    );

    public static readonly Instrument UnsampledBytes = new(
        "netmon_unsampled_bytes_total",
        MetricType.Counter,
        "bytes",
        "The IP bytes of those packets."
    );

    public static readonly Instrument SampledPackets = new(
        "netmon_sampled_packets_total",
        MetricType.Counter,
        "packets",
        "Packets of flows that were chosen, unscaled, at each interface and hook that they crossed, while the sampling rate was more than 1."
    );

    public static readonly Instrument SampledBytes = new(
        "netmon_sampled_bytes_total",
        MetricType.Counter,
        "bytes",
        "The IP bytes of those packets."
    );

    public static readonly Instrument SamplingEstimatedPackets = new(
        "netmon_sampling_estimated_packets_total",
        MetricType.Counter,
        "packets",
        "The same packets, each as often as the sampling rate of its time: what sampled and unsampled ones together are by estimation."
    );

    public static readonly Instrument SamplingEstimatedBytes = new(
        "netmon_sampling_estimated_bytes_total",
        MetricType.Counter,
        "bytes",
        "The IP bytes of those packets, by the same estimation."
    );

    public static readonly Instrument BuildInfo = new(
        "netmon_build_info",
        MetricType.Info,
        "",
        "The program that serves these metrics: always 1.",
        "version",
        "revision"
    );

    public static readonly Instrument Series = new(
        "netmon_series",
        MetricType.Gauge,
        "series",
        "Series of a family now, without those that take what is beyond its limit. A histogram's series has a bucket series for each bound, and two more.",
        "family"
    );

    public static readonly Instrument SeriesDropped = new(
        "netmon_series_dropped_total",
        MetricType.Counter,
        "series",
        "Series of a family that were dropped: what their labels name is gone, and no flow has them.",
        "family"
    );

    public static readonly Instrument SeriesOverflow = new(
        "netmon_series_overflow_total",
        MetricType.Counter,
        "samples",
        "Samples that went to a family's overflow series (labels other), because the family was at its limit of series when their labels were first met.",
        "family"
    );

    // What the kernel programs did with packets that are in no flow.

    public static readonly Instrument PacketsUncounted = new(
        "netmon_packets_uncounted_total",
        MetricType.Counter,
        "packets",
        "Packets handed to the programs that are in no flow, by reason: malformed (truncated or lying headers), arp, non_ip, skipped (counted at another observation point of the same flow), translated (counted in the flow of the same packets before their addresses were translated).",
        "reason"
    );

    public static readonly Instrument SkippedBytes = new(
        "netmon_skipped_bytes_total",
        MetricType.Counter,
        "bytes",
        "IP bytes of the packets that were skipped because another observation point counted them."
    );

    public static readonly Instrument OverflowPackets = new(
        "netmon_overflow_packets_total",
        MetricType.Counter,
        "packets",
        "Packets that found no room in the flow map, by protocol (tcp, udp, icmp, other) and by the hook's direction: at a pod's interface, ingress is what the pod sent.",
        "protocol",
        "direction"
    );

    public static readonly Instrument OverflowBytes = new(
        "netmon_overflow_bytes_total",
        MetricType.Counter,
        "bytes",
        "IP bytes of the packets that found no room in the flow map, by protocol (tcp, udp, icmp, other) and by the hook's direction: at a pod's interface, ingress is what the pod sent.",
        "protocol",
        "direction"
    );

    public static readonly Instrument FragmentsUnmatched = new(
        "netmon_fragments_unmatched_total",
        MetricType.Counter,
        "packets",
        "Later fragments whose first fragment was not seen: counted in a flow with ports 0."
    );

    public static readonly Instrument FlowsCreated = new(
        "netmon_ebpf_flows_created_total",
        MetricType.Counter,
        "flows",
        "Entries made in the flow map."
    );

    public static readonly Instrument FlowsRemoved = new(
        "netmon_ebpf_flows_removed_total",
        MetricType.Counter,
        "flows",
        "Entries removed from the flow map."
    );

    public static readonly Instrument Records = new(
        "netmon_ebpf_records_total",
        MetricType.Counter,
        "records",
        "Flow records that left the kernel, by way: ring, sweep.",
        "way"
    );

    public static readonly Instrument RecordsDeferred = new(
        "netmon_ebpf_records_deferred_total",
        MetricType.Counter,
        "records",
        "Flow records that found the ring full: their counts stayed in the map and leave with a later record."
    );

    public static readonly Instrument ObserverChanges = new(
        "netmon_ebpf_observer_changes_total",
        MetricType.Counter,
        "directions",
        "Directions of flows whose observation point changed, by reason: handover (to a pod's own interface), takeover (the one before fell silent or went away).",
        "reason"
    );

    public static readonly Instrument MapMemory = new(
        "netmon_map_memory_bytes",
        MetricType.Gauge,
        "bytes",
        "Kernel memory of all maps."
    );

    // The agent's own flow table and interfaces.

    public static readonly Instrument RecordsUntracked = new(
        "netmon_records_untracked_total",
        MetricType.Counter,
        "records",
        "Flow records whose counts are in all sums but belong to no flow of the list, by reason: late (raced with the flow's end), table_full.",
        "reason"
    );

    public static readonly Instrument RecordsFailed = new(
        "netmon_records_failed_total",
        MetricType.Counter,
        "records",
        "Flow records that the agent could not process because of a fault of its own."
    );

    public static readonly Instrument PacketsLost = new(
        "netmon_packets_lost_total",
        MetricType.Counter,
        "packets",
        "Packets counted by the kernel whose record could not be processed: they are in no other figure."
    );

    public static readonly Instrument FlowsOrphaned = new(
        "netmon_flows_orphaned_total",
        MetricType.Counter,
        "flows",
        "Flows that the agent ended by itself because the kernel no longer reported them."
    );

    public static readonly Instrument AttachFailures = new(
        "netmon_interface_attach_failures_total",
        MetricType.Counter,
        "attempts",
        "Attempts to attach to an interface that failed; each is made again."
    );

    public static readonly Instrument InterfaceFailed = new(
        "netmon_interface_failed",
        MetricType.Gauge,
        "interfaces",
        "1 for each interface that should be under observation and is not, because attaching to it fails.",
        "interface"
    );

    // Whose flows they are.

    public static readonly Instrument Attribution = new(
        "netmon_attribution_total",
        MetricType.Counter,
        "flows",
        "Flows by how their ends were found, each once: immediate; waited (for a pod or for connection tracking to become known); timeout (the longest wait was over: the best that was known then); translated (connection tracking told the true ends); shadow (its packets are counted in another flow).",
        "result"
    );

    public static readonly Instrument AttributionWaiting = new(
        "netmon_attribution_waiting",
        MetricType.Gauge,
        "flows",
        "Flows that wait to be attributed now; they are in no figure and no list yet."
    );

    public static readonly Instrument ConntrackLookups = new(
        "netmon_conntrack_lookups_total",
        MetricType.Counter,
        "lookups",
        "Questions to connection tracking by answer: translated, untranslated, not_found, unanswered (lost; asked again), limited (put off, because the rate was at its limit).",
        "result"
    );

    public static readonly Instrument ConntrackAvailable = new(
        "netmon_conntrack_available",
        MetricType.Gauge,
        "",
        "1 if connection tracking can be asked. If not, services have no backends, and what is translated on this host counts twice."
    );

    public static readonly Instrument PodInterfaces = new(
        "netmon_pod_interface_addresses",
        MetricType.Gauge,
        "interfaces",
        "Pods' interfaces by how the addresses behind them are known: kernel (it tells them), learned (from what is sent there), unknown (not yet).",
        "knowledge"
    );

    // The client of the Kubernetes API. Without a cluster there are none of these.

    public static readonly Instrument KubernetesSynced = new(
        "netmon_kubernetes_synced",
        MetricType.Gauge,
        "",
        "1 once everything was listed at least once, else 0. It stays 1, whatever the API server does later."
    );

    public static readonly Instrument KubernetesObjects = new(
        "netmon_kubernetes_objects",
        MetricType.Gauge,
        "objects",
        "Objects known now, by resource.",
        "resource"
    );

    public static readonly Instrument KubernetesLastEvent = new(
        "netmon_kubernetes_last_event_timestamp_seconds",
        MetricType.Gauge,
        "seconds",
        "When the API server last told something about a resource, an event or a bookmark, in seconds since the Unix epoch.",
        "resource"
    );

    public static readonly Instrument KubernetesListDuration = new(
        "netmon_kubernetes_list_duration_seconds",
        MetricType.Gauge,
        "seconds",
        "How long it took to be told all objects of a resource, the last time.",
        "resource"
    );

    public static readonly Instrument KubernetesWatchRestarts = new(
        "netmon_kubernetes_watch_restarts_total",
        MetricType.Counter,
        "watches",
        "Watches that were begun anew, by resource and by why the one before ended.",
        "resource",
        "reason"
    );

    public static readonly Instrument KubernetesRequests = new(
        "netmon_kubernetes_requests_total",
        MetricType.Counter,
        "requests",
        "Requests that the API server answered, by resource, verb (list, watch) and HTTP status.",
        "resource",
        "verb",
        "code"
    );

    public static readonly Instrument KubernetesRequestErrors = new(
        "netmon_kubernetes_request_errors_total",
        MetricType.Counter,
        "requests",
        "Requests that got no answer, or one that could not be read, by resource and reason.",
        "resource",
        "reason"
    );

    public static readonly Instrument KubernetesObjectsUnreadable = new(
        "netmon_kubernetes_objects_unreadable_total",
        MetricType.Counter,
        "objects",
        "Objects that could not be read, and were left out, by resource.",
        "resource"
    );

    // Live streams.

    public static readonly Instrument Streams = new(
        "netmon_streams",
        MetricType.Gauge,
        "streams",
        "Live streams of flow records being served."
    );

    public static readonly Instrument StreamRecords = new(
        "netmon_stream_records_total",
        MetricType.Counter,
        "records",
        "Flow records handed to live streams."
    );

    public static readonly Instrument StreamRecordsLost = new(
        "netmon_stream_records_lost_total",
        MetricType.Counter,
        "records",
        "Flow records that live streams lost because their readers were slow; each reader is told its own number."
    );

    public static readonly Instrument MemoryLimit = new(
        "netmon_memory_limit_bytes",
        MetricType.Gauge,
        "bytes",
        "Memory that the process may have resident. Absent where there is no limit."
    );

    public static readonly Instrument Shed = new(
        "netmon_shed_total",
        MetricType.Counter,
        "items",
        "What was left out to keep within the memory limit. followers: records that waited for streams' readers; history: failures and drops that are not remembered; detections: steps of flows that were not looked at; series: times that flows went to the rest's series; flows: records that were counted without their flow.",
        "what"
    );

    public static readonly Instrument ApiConnections = new(
        "netmon_api_connections",
        MetricType.Gauge,
        "connections",
        "Connections to the API now."
    );

    public static readonly Instrument ApiRefused = new(
        "netmon_api_refused_total",
        MetricType.Counter,
        "requests",
        "Requests and connections that were refused, by reason (docs/security.md).",
        "reason"
    );

    public static readonly Instrument TlsCertificateExpiry = new(
        "netmon_tls_certificate_expiry_seconds",
        MetricType.Gauge,
        "seconds",
        "When the certificate expires that the API shows, in seconds since the Unix epoch. Absent without TLS."
    );

    // The process, under the names that Prometheus' client libraries share.

    public static readonly Instrument LedgerCheckpoints = new(
        "netmon_ledger_checkpoints_total",
        MetricType.Counter,
        "",
        "Checkpoints of the figures that are kept beyond the process, by result (ok, failed: the journal goes on).",
        ["result"]
    );

    public static readonly Instrument LedgerCheckpointSeconds = new(
        "netmon_ledger_checkpoint_seconds_total",
        MetricType.Counter,
        "seconds",
        "Time that checkpoints took; records wait on the ring meanwhile."
    );

    public static readonly Instrument LedgerCheckpointBytes = new(
        "netmon_ledger_checkpoint_bytes",
        MetricType.Gauge,
        "bytes",
        "Size of the latest checkpoint."
    );

    public static readonly Instrument LedgerJournalBytes = new(
        "netmon_ledger_journal_bytes",
        MetricType.Gauge,
        "bytes",
        "What the journal holds since the latest checkpoint."
    );

    public static readonly Instrument LedgerUnjournaled = new(
        "netmon_ledger_unjournaled_total",
        MetricType.Counter,
        "",
        "Records and flows that found no room in the journal: counted, but lost if the agent is killed before the next checkpoint."
    );

    public static readonly Instrument LedgerRestored = new(
        "netmon_ledger_restored",
        MetricType.Gauge,
        "",
        "What this agent took over from the one before when it started: series, flows, and records that came after the last checkpoint.",
        ["what"]
    );

    public static readonly Instrument LedgerRefused = new(
        "netmon_ledger_refused_total",
        MetricType.Counter,
        "",
        "Kept figures that could not be taken over, by reason (corrupt, version, layout, labels, files).",
        ["reason"]
    );

    public static readonly Instrument ProcessCpu = new(
        "process_cpu_seconds_total",
        MetricType.Counter,
        "seconds",
        "Total user and system CPU time spent in seconds."
    );

    public static readonly Instrument ProcessOpenFds = new(
        "process_open_fds",
        MetricType.Gauge,
        "descriptors",
        "Number of open file descriptors."
    );

    public static readonly Instrument ProcessMaxFds = new(
        "process_max_fds",
        MetricType.Gauge,
        "descriptors",
        "Maximum number of open file descriptors."
    );

    public static readonly Instrument ProcessVirtualMemory = new(
        "process_virtual_memory_bytes",
        MetricType.Gauge,
        "bytes",
        "Virtual memory size in bytes."
    );

    public static readonly Instrument ProcessVirtualMemoryMax = new(
        "process_virtual_memory_max_bytes",
        MetricType.Gauge,
        "bytes",
        "Maximum amount of virtual memory available in bytes; -1 without a limit."
    );

    public static readonly Instrument ProcessResidentMemory = new(
        "process_resident_memory_bytes",
        MetricType.Gauge,
        "bytes",
        "Resident memory size in bytes."
    );

    public static readonly Instrument ProcessStartTime = new(
        "process_start_time_seconds",
        MetricType.Gauge,
        "seconds",
        "Start time of the process since unix epoch in seconds."
    );

    /// <summary>All of the above, in the order of the documentation.</summary>
    public static IReadOnlyList<Instrument> All { get; } =
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
        EventsProcessed,
        EventsDropped,
        ProcessingDuration,
        MemoryUsage,
        CpuUsage,
        Interfaces,
        MapEntries,
        MapCapacity,
        Drops,
        DropBytes,
        DropsUnattributed,
        DropsOrdinary,
        DropsEarly,
        DropsMissed,
        HostProtocol,
        HostSoftnet,
        InterfaceDrops,
        FeatureUp,
        ConfigReloads,
        ConfigLastReloadSuccessful,
        ConfigRestartPending,
        SecurityEvents,
        SecurityEventsLost,
        DetectionLost,
        DetectionTracked,
        SocketEvents,
        SocketEventsLost,
        SocketOwners,
        Sockets,
        SocketsDisplaced,
        SocketCgroupsUnknown,
        SocketWalks,
        SocketWalkSeconds,
        SocketFilesVisited,
        SamplingRate,
        SamplingRateChanges,
        SamplingCpu,
        UnsampledPackets,
        UnsampledBytes,
        SampledPackets,
        SampledBytes,
        SamplingEstimatedPackets,
        SamplingEstimatedBytes,
        BuildInfo,
        Series,
        SeriesDropped,
        SeriesOverflow,
        PacketsUncounted,
        SkippedBytes,
        OverflowPackets,
        OverflowBytes,
        FragmentsUnmatched,
        FlowsCreated,
        FlowsRemoved,
        Records,
        RecordsDeferred,
        ObserverChanges,
        MapMemory,
        RecordsUntracked,
        RecordsFailed,
        PacketsLost,
        FlowsOrphaned,
        AttachFailures,
        InterfaceFailed,
        Attribution,
        AttributionWaiting,
        ConntrackLookups,
        ConntrackAvailable,
        PodInterfaces,
        KubernetesSynced,
        KubernetesObjects,
        KubernetesLastEvent,
        KubernetesListDuration,
        KubernetesWatchRestarts,
        KubernetesRequests,
        KubernetesRequestErrors,
        KubernetesObjectsUnreadable,
        Streams,
        StreamRecords,
        StreamRecordsLost,
        MemoryLimit,
        Shed,
        ApiConnections,
        ApiRefused,
        TlsCertificateExpiry,
        LedgerCheckpoints,
        LedgerCheckpointSeconds,
        LedgerCheckpointBytes,
        LedgerJournalBytes,
        LedgerUnjournaled,
        LedgerRestored,
        LedgerRefused,
        ProcessCpu,
        ProcessOpenFds,
        ProcessMaxFds,
        ProcessVirtualMemory,
        ProcessVirtualMemoryMax,
        ProcessResidentMemory,
        ProcessStartTime,
    ];

    /// <summary>
    /// Upper bounds of the buckets of <see cref="Latency"/>, seconds: from inside a machine to several lost SYNs.
    /// </summary>
    public static ReadOnlySpan<double> LatencyBounds =>
        [
            0.00005,
            0.0001,
            0.00025,
            0.0005,
            0.001,
            0.0025,
            0.005,
            0.01,
            0.025,
            0.05,
            0.1,
            0.25,
            0.5,
            1,
            2.5,
            5,
            10,
        ];

    /// <summary>Quantiles of <see cref="ProcessingDuration"/>.</summary>
    public static ReadOnlySpan<double> ProcessingQuantiles => [0.5, 0.9, 0.99];
}
