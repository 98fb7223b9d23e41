namespace NetMon.Configuration;

/// <summary>The settings of section resources.</summary>
internal static class ResourceSettings
{
    private const int MinRing = 4096; // a page: the kernel refuses less
    private const int MaxRing = 1 << 30;

    public static IEnumerable<Setting> All { get; } =
    [
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
