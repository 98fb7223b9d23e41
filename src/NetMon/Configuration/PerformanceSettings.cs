namespace NetMon.Configuration;

/// <summary>The settings of section performance.</summary>
internal static class PerformanceSettings
{
    private const int MaxWorkers = 64;
    private const int MinBatch = 16;
    private const int MaxBatch = 65_536;
    private const int MinBuffer = 1024;
    private const int MaxBuffer = 1 << 22;

    public static IEnumerable<Setting> All { get; } =
    [
        new Setting<int>(
            "performance.workers",
            "--workers",
            ValueFormats.Whole("number", 1, MaxWorkers),
            o => o.Performance.Workers,
            (o, value) => o.Performance.Workers = value,
            "expositions of metrics, and likewise lists of flows, that are put together at once"
        )
        {
            IsLive = true,
            Meaning =
                "Expositions of metrics that are put together at once, and likewise lists of flows; others wait their turn. Each takes a processor while it runs, and a list 12 bytes for each flow. What takes records from the kernel, reads its maps and looks for what is suspicious has one thread each in any case, since the order of a flow's records counts.",
        },
        new Setting<int>(
            "performance.buffer_size",
            "--buffer-size",
            ValueFormats.Whole("number", MinBuffer, MaxBuffer),
            o => o.Performance.BufferSize,
            (o, value) => o.Performance.BufferSize = value,
            "flow events that wait for one follower"
        )
        {
            IsLive = true,
            Meaning =
                "Flow events that may wait for one follower of a stream (`netmon flows --follow`), some 300 bytes each as they come; rounded up to 1,024. A follower that is farther behind loses its oldest, and is told how many. `api.limits.streams` bounds how many followers there are.",
        },
        new Setting<int>(
            "performance.batch_size",
            "--batch-size",
            ValueFormats.Whole("number", MinBatch, MaxBatch),
            o => o.Performance.BatchSize,
            (o, value) => o.Performance.BatchSize = value,
            "records of the kernel that are taken between two looks at what else there is to do"
        )
        {
            IsLive = true,
            ShortVariable = "NETMON_BATCH_SIZE",
            Meaning =
                "Records of the kernel's ring that are taken between two looks at what else there is to do: flows that wait for their names, followers, the sweep. Larger batches cost less, smaller ones delay less.",
        },
    ];
}
