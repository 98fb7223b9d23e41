namespace NetMon.Core.Metrics;

/// <content>Whose sockets they are.</content>
public static partial class Instruments
{
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

    private static Instrument[] SocketsInstruments =>
        [
            SocketEvents,
            SocketEventsLost,
            SocketOwners,
            Sockets,
            SocketsDisplaced,
            SocketCgroupsUnknown,
            SocketWalks,
            SocketWalkSeconds,
            SocketFilesVisited,
        ];
}
