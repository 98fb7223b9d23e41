namespace NetMon.Configuration;

/// <summary>The settings of section resources.</summary>
internal static class ResourceSettings
{
    private const int MinRing = 4096; // a page: the kernel refuses less
    private const int MaxRing = 1 << 30;
    private const long MinMemory = 64L << 20;
    private const long MaxMemory = 1L << 40;

    public static IEnumerable<Setting> All { get; } =
    [
        new Setting<long?>(
            "resources.memory_limit",
            "--memory-limit",
            ValueFormats.Optional(ValueFormats.LongSize(MinMemory, MaxMemory), "auto"),
            o => o.Resources.MemoryLimit,
            (o, value) => o.Resources.MemoryLimit = value,
            "memory that the process may have resident; auto: by the cgroup's limit"
        )
        {
            IsLive = true,
            Meaning =
                "Memory that the process may have resident, at least `64MiB`. Near it the agent leaves out, in this order: what waits for followers, recent failures and drops, detections, new series, new flows ([security.md](security.md#memory)). `netmon_shed_total` counts what. `auto`: nine tenths of what the cgroup's limit leaves beside the kernel's maps (512 bytes for each of `flow_map_size`, and the ring); without a cgroup's limit there is none.",
        },
        new Setting<int>(
            "resources.maps.flow_map_size",
            "--flow-map-size",
            ValueFormats.Whole("number", 0, FlowSettings.MaxFlows),
            o => o.Resources.Maps.FlowMapSize,
            (o, value) => o.Resources.Maps.FlowMapSize = value,
            "entries of the kernel's flow map; 0: flow.max_flows"
        )
        {
            Meaning =
                "Entries of the kernel's flow map. 0: as many as `flow.max_flows`. Smaller, packets of further flows are counted in overflow buckets already there.",
        },
        new Setting<int>(
            "resources.maps.event_buffer_size",
            "--ring-size",
            ValueFormats.PowerOfTwoSize(MinRing, MaxRing),
            o => o.Resources.Maps.EventBufferBytes,
            (o, value) => o.Resources.Maps.EventBufferBytes = value,
            "size of the ring between kernel and agent, a power of two"
        )
        {
            Meaning =
                "Size of the ring between kernel and agent: a power of two, at least `4KiB`. A full ring delays figures and loses none.",
        },
    ];
}
