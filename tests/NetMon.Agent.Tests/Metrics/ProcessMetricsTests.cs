using System.Diagnostics;
using NetMon.Agent.Metrics;
using NetMon.Agent.Tests.Records;
using NetMon.Core.Metrics;

namespace NetMon.Agent.Tests.Metrics;

[Collection(Alone.Name)]
public sealed class ProcessMetricsTests
{
    [Fact]
    public void What_proc_says_is_what_the_runtime_says()
    {
        using var process = Process.GetCurrentProcess();
        Assert.InRange(ProcessStatus.ResidentBytes, process.WorkingSet64 / 2, process.WorkingSet64 * 2);
        Assert.InRange(
            ProcessStatus.VirtualBytes,
            process.VirtualMemorySize64 / 2,
            process.VirtualMemorySize64 * 2
        );
        Assert.InRange(ProcessStatus.CpuSeconds, 0.01, process.TotalProcessorTime.TotalSeconds + 1);
        var start = new DateTimeOffset(process.StartTime).ToUnixTimeMilliseconds() / 1000.0;
        Assert.InRange(ProcessStatus.StartSeconds, start - 2, start + 2);
        Assert.InRange(ProcessStatus.OpenDescriptors, 3, ProcessStatus.MaxDescriptors);
    }

    [Fact]
    public void Cpu_use_is_that_between_looks_at_least_a_second_apart()
    {
        var time = new ManualTime();
        var cpu = 10.0;
        var meter = new CpuMeter(time, () => cpu);
        Assert.Equal(0, meter.Percentage);

        cpu = 10.5;
        time.Advance(TimeSpan.FromMilliseconds(500));
        Assert.Equal(0, meter.Percentage);
        time.Advance(TimeSpan.FromMilliseconds(500));
        Assert.Equal(50, meter.Percentage, 6);
        cpu = 11;
        Assert.Equal(50, meter.Percentage, 6);
    }

    [Fact]
    public void The_build_has_a_version()
    {
        var registry = new MetricRegistry();
        ProcessMetrics.Register(registry, TimeProvider.System);
        Assert.Matches(
            "version=\"[0-9]+\\.[0-9]+\\.[0-9]+",
            Assert.Single(PipelineUnderTest.Samples(registry, "netmon_build_info")).Key
        );
    }
}
