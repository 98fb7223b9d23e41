namespace NetMon.Configuration;

/// <summary>The settings of section features.sockets.</summary>
internal static class SocketSettings
{
    private const int MinSockets = 1024;
    private const int MaxSockets = 1 << 22;
    private const int MinRing = 4096; // a page: the kernel refuses less
    private const int MaxRing = 1 << 30;

    private static readonly ValueFormat<bool> Switch = ValueFormats.Word(("true", true), ("false", false));

    public static IEnumerable<Setting> All { get; } =
    [
        new Setting<bool>(
            "features.sockets.enabled",
            "--sockets",
            Switch,
            o => o.Features.Sockets.Enabled,
            (o, value) => o.Features.Sockets.Enabled = value,
            "whether processes and containers of local sockets are known"
        ),
        new Setting<TimeSpan>(
            "features.sockets.walk_interval",
            "--socket-walk-interval",
            ValueFormats.Duration(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1)),
            o => o.Features.Sockets.WalkInterval,
            (o, value) => o.Features.Sockets.WalkInterval = value,
            "time between two walks through all sockets"
        ),
        new Setting<int>(
            "features.sockets.max_sockets",
            "--max-sockets",
            ValueFormats.Whole("number", MinSockets, MaxSockets),
            o => o.Features.Sockets.MaxSockets,
            (o, value) => o.Features.Sockets.MaxSockets = value,
            "sockets that are remembered at once"
        ),
        new Setting<int>(
            "features.sockets.ring_size",
            "--socket-ring-size",
            ValueFormats.PowerOfTwoSize(MinRing, MaxRing),
            o => o.Features.Sockets.RingBytes,
            (o, value) => o.Features.Sockets.RingBytes = value,
            "size of the ring of events about sockets, a power of two"
        ),
        new Setting<string>(
            "features.sockets.cgroup_root",
            "--cgroup-root",
            ValueFormats.Text("directory", 4096),
            o => o.Features.Sockets.CgroupRoot,
            (o, value) => o.Features.Sockets.CgroupRoot = value,
            "where the host's cgroup v2 hierarchy is mounted; if empty, it is looked for"
        ),
    ];
}
