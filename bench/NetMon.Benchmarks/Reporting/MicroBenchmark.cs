using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace NetMon.Benchmarks.Reporting;

/// <summary>What BenchmarkDotNet measured of one method, per operation.</summary>
internal readonly record struct MicroBenchmark(string Name, double Nanoseconds, long Bytes)
{
    /// <summary>Runs the benchmarks of a class, in this process: the default toolchain restores packages for each, which needs a feed.</summary>
    public static IEnumerable<MicroBenchmark> Run<T>()
    {
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
        return BenchmarkRunner
            .Run<T>(config)
            .Reports.Select(report => new MicroBenchmark(
                report.BenchmarkCase.Descriptor.WorkloadMethodDisplayInfo.Trim('\''),
                report.ResultStatistics!.Median,
                report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase) ?? 0
            ));
    }

    public Figure Allocated => Figure.AtMost($"{Name}: allocated", Bytes, 0, "B", "0");
}
