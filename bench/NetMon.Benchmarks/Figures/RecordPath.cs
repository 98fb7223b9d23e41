using NetMon.Benchmarks.Reporting;

namespace NetMon.Benchmarks.Figures;

/// <summary>(f) What a record costs in user space.</summary>
internal static class RecordPath
{
    public static Section Measure() =>
        new(
            "(f) A record in user space",
            "BenchmarkDotNet, per record: flow table, metrics, and the queues of live streams.",
            [
                .. MicroBenchmark
                    .Run<RecordBenchmarks>()
                    .Concat(MicroBenchmark.Run<SeriesBenchmarks>())
                    .Concat(MicroBenchmark.Run<DetectionBenchmarks>())
                    .Concat(MicroBenchmark.Run<LedgerBenchmarks>())
                    .SelectMany(benchmark =>
                        (Figure[])
                            [
                                new($"{benchmark.Name}: time", $"{benchmark.Nanoseconds:0} ns"),
                                benchmark.Allocated,
                            ]
                    ),
            ]
        );
}
