namespace NetMon.Configuration;

/// <summary>The settings of section features.drops.</summary>
internal static class DropSettings
{
    private const int MinEntries = 64;
    private const int MaxEntries = 1 << 20;
    private const int MaxRecent = 100_000;

    public static IEnumerable<Setting> All { get; } =
    [
        new Setting<bool>(
            "features.drops.enabled",
            "--drops",
            ValueFormats.Switch,
            o => o.Features.Drops.Enabled,
            (o, value) => o.Features.Drops.Enabled = value,
            "whether packets are watched that the kernel drops"
        )
        {
            Meaning = "Whether packets are watched that the kernel drops ([drops.md](drops.md)).",
        },
        new Setting<int>(
            "features.drops.max_entries",
            "--drops-max-entries",
            ValueFormats.Whole("number", MinEntries, MaxEntries),
            o => o.Features.Drops.MaxEntries,
            (o, value) => o.Features.Drops.MaxEntries = value,
            "flows, reasons and places that are told apart within a fifth of a second; drops of further ones count without their flow"
        )
        {
            Meaning =
                "Flows, reasons and places that are told apart within a fifth of a second. Drops of further ones count in `netmon_drops_unattributed_total`. Kernel memory is taken up front, 360 bytes each.",
        },
        new Setting<int>(
            "features.drops.recent",
            "--drops-recent",
            ValueFormats.Whole("number", 1, MaxRecent),
            o => o.Features.Drops.Recent,
            (o, value) => o.Features.Drops.Recent = value,
            "latest drops that are remembered for netmon drops"
        )
        {
            Meaning = "Latest drops that are remembered for `netmon drops`.",
        },
        new Setting<bool>(
            "features.drops.host_counters",
            "--host-counters",
            ValueFormats.Switch,
            o => o.Features.Drops.HostCounters,
            (o, value) => o.Features.Drops.HostCounters = value,
            "whether metrics show what this host's protocols and interfaces count of drops and errors"
        )
        {
            Meaning =
                "Whether metrics show what this host's protocols and interfaces count of drops and errors.",
        },
    ];
}
