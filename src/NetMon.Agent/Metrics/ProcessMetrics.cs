using System.Reflection;
using NetMon.Core.Metrics;

namespace NetMon.Agent.Metrics;

/// <summary>The agent's own use of the machine, and its version.</summary>
internal static class ProcessMetrics
{
    public static void Register(MetricRegistry registry, TimeProvider time)
    {
        var cpu = new CpuMeter(time, () => ProcessStatus.CpuSeconds);
        var start = ProcessStatus.StartSeconds;
        registry.Observe(Instruments.MemoryUsage, () => ProcessStatus.ResidentBytes);
        registry.Observe(Instruments.CpuUsage, () => cpu.Percentage);
        registry.Observe(Instruments.BuildInfo, WriteBuild);
        registry.Observe(Instruments.ProcessCpu, () => ProcessStatus.CpuSeconds);
        registry.Observe(Instruments.ProcessOpenFds, () => ProcessStatus.OpenDescriptors);
        registry.Observe(Instruments.ProcessMaxFds, () => ProcessStatus.MaxDescriptors);
        registry.Observe(Instruments.ProcessVirtualMemory, () => ProcessStatus.VirtualBytes);
        registry.Observe(Instruments.ProcessVirtualMemoryMax, () => ProcessStatus.MaxVirtualBytes);
        registry.Observe(Instruments.ProcessResidentMemory, () => ProcessStatus.ResidentBytes);
        registry.Observe(Instruments.ProcessStartTime, () => start);
    }

    // InformationalVersion is "version+revision"; the SDK adds the revision where it builds from a repository.
    private static void WriteBuild(ref MetricSamples samples)
    {
        var text =
            typeof(ProcessMetrics)
                .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
                ?.InformationalVersion
            ?? "";
        var plus = text.IndexOf('+', StringComparison.Ordinal);
        samples.Add(1L, plus < 0 ? text : text[..plus], plus < 0 ? "" : text[(plus + 1)..]);
    }
}
