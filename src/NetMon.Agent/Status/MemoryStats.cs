using System.Text.Json;
using NetMon.Agent.Metrics;
using NetMon.Core.Metrics;

namespace NetMon.Agent.Status;

/// <summary>Where the agent's memory is.</summary>
internal static class MemoryStats
{
    private static readonly string[] Families =
    [
        Instruments.FlowsActive.Name,
        Instruments.AttributionWaiting.Name,
        Instruments.Sockets.Name,
        Instruments.DetectionTracked.Name,
        Instruments.KubernetesObjects.Name,
        Instruments.Series.Name,
        Instruments.MemoryLimit.Name,
        Instruments.Shed.Name,
    ];

    public static void Write(Utf8JsonWriter json, AgentReport report)
    {
        var collector = GC.GetGCMemoryInfo();
        json.Object(
            "process",
            () =>
            {
                json.WriteNumber("resident_bytes", ProcessStatus.ResidentBytes);
                json.WriteNumber("virtual_bytes", ProcessStatus.VirtualBytes);
                json.WriteNumber("open_files", ProcessStatus.OpenDescriptors);
                json.WriteNumber("threads", ThreadPool.ThreadCount);
            }
        );
        json.Object(
            "managed",
            () =>
            {
                json.WriteNumber("used_bytes", GC.GetTotalMemory(forceFullCollection: false));
                json.WriteNumber("heap_bytes", collector.HeapSizeBytes);
                json.WriteNumber("fragmented_bytes", collector.FragmentedBytes);
                json.WriteNumber("committed_bytes", collector.TotalCommittedBytes);
                json.WriteNumber("limit_bytes", collector.TotalAvailableMemoryBytes);
                json.WriteNumber("allocated_bytes", GC.GetTotalAllocatedBytes());
                json.WriteNumber("collections_gen0", GC.CollectionCount(0));
                json.WriteNumber("collections_gen1", GC.CollectionCount(1));
                json.WriteNumber("collections_gen2", GC.CollectionCount(2));
                json.Figure("pause_seconds", GC.GetTotalPauseDuration().TotalSeconds);
            }
        );
        json.Object(
            "kernel",
            () => json.Figure("map_memory_bytes", report.Sum(Instruments.MapMemory.Name) ?? 0)
        );
        json.Object(
            "flow_table",
            () =>
            {
                json.WriteNumber("flows", report.Table.Count);
                json.WriteNumber("capacity", report.Table.Capacity);
                json.WriteNumber("slabs", report.Table.SlabCount);
            }
        );
        FlowStats.WriteCounters(json, report, Families);
    }
}
