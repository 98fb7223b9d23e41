namespace NetMon.Configuration;

/// <summary>The settings of section features.sockets.</summary>
internal static class SocketSettings
{
    private const int MinSockets = 1024;
    private const int MaxSockets = 1 << 22;
    private const int MinRing = 4096; // a page: the kernel refuses less
    private const int MaxRing = 1 << 30;

    public static IEnumerable<Setting> All { get; } =
    [
        new Setting<bool>(
            "features.sockets.enabled",
            "--sockets",
            ValueFormats.Switch,
            o => o.Features.Sockets.Enabled,
            (o, value) => o.Features.Sockets.Enabled = value,
            "whether processes and containers of local sockets are known"
        )
        {
            Meaning =
                "Whether processes and containers of local sockets are known, the kernel's own figures of their connections, and the pods on the node's network ([processes.md](processes.md)).",
        },
        new Setting<TimeSpan>(
            "features.sockets.walk_interval",
            "--socket-walk-interval",
            ValueFormats.Duration(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1)),
            o => o.Features.Sockets.WalkInterval,
            (o, value) => o.Features.Sockets.WalkInterval = value,
            "time between two walks through all sockets"
        )
        {
            Meaning =
                "Time between two walks through the open files of all processes, which find what was not told and refresh the figures of connections that last. From `1s` to `1m`; a walk that takes more than a fiftieth of it is made less often.",
        },
        new Setting<int>(
            "features.sockets.max_sockets",
            "--max-sockets",
            ValueFormats.Whole("number", MinSockets, MaxSockets),
            o => o.Features.Sockets.MaxSockets,
            (o, value) => o.Features.Sockets.MaxSockets = value,
            "sockets that are remembered at once"
        )
        {
            Meaning =
                "Sockets that are remembered at once, 200 bytes each as they come. At the limit those go that were touched longest ago (`netmon_sockets_displaced_total`); flows keep their owners.",
        },
        new Setting<int>(
            "features.sockets.ring_size",
            "--socket-ring-size",
            ValueFormats.PowerOfTwoSize(MinRing, MaxRing),
            o => o.Features.Sockets.RingBytes,
            (o, value) => o.Features.Sockets.RingBytes = value,
            "size of the ring of events about sockets, a power of two"
        )
        {
            Meaning =
                "Size of the ring of events about sockets: a power of two, at least `4KiB`. What finds it full is counted (`netmon_socket_events_lost_total`) and found by the next walk.",
        },
        new Setting<string>(
            "features.sockets.cgroup_root",
            "--cgroup-root",
            ValueFormats.Text("directory", 4096),
            o => o.Features.Sockets.CgroupRoot,
            (o, value) => o.Features.Sockets.CgroupRoot = value,
            "where the host's cgroup v2 hierarchy is mounted; if empty, it is looked for"
        )
        {
            Meaning = "Where the host's whole cgroup v2 hierarchy is mounted. If empty, it is looked for.",
        },
    ];
}
