using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using NetMon.Benchmarks.Reporting;

namespace NetMon.Benchmarks.Figures;

/// <summary>(f) What a record costs in user space.</summary>
internal static class RecordPath
{
    public static Section Measure()
    {
        // In this process: the default toolchain restores packages for each benchmark, which needs a feed.
        var config = ManualConfig
            .CreateEmpty()
            .AddJob(
                Job.Default.WithToolchain(InProcessEmitToolchain.Instance)
                    .WithWarmupCount(5)
                    .WithIterationCount(15)
            )
            .AddColumnProvider(BenchmarkDotNet.Columns.DefaultColumnProviders.Instance)
            .AddDiagnoser(BenchmarkDotNet.Diagnosers.MemoryDiagnoser.Default)
            .AddLogger(ConsoleLogger.Default);
        var summary = BenchmarkRunner.Run<RecordBenchmarks>(config);
        return new(
            "(f) A record in user space",
            "BenchmarkDotNet, per record: flow table, metrics, and the queues of live streams.",
            [.. summary.Reports.SelectMany(Figures)]
        );
    }

    private static IEnumerable<Figure> Figures(BenchmarkReport report)
    {
        var name = report.BenchmarkCase.Descriptor.WorkloadMethodDisplayInfo.Trim('\'');
        yield return new($"{name}: time", $"{report.ResultStatistics!.Median:0} ns");
        var bytes = report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase) ?? 0;
        yield return Figure.AtMost($"{name}: allocated", bytes, 0, "B", "0");
    }
}
