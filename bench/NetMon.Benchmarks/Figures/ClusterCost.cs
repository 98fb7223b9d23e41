using NetMon.Benchmarks.Clusters;
using NetMon.Benchmarks.Reporting;

namespace NetMon.Benchmarks.Figures;

/// <summary>(g) What the knowledge of a cluster costs.</summary>
internal static class ClusterCost
{
    public static Section Measure()
    {
        var figures = new List<Figure>();
        foreach (var lookup in MicroBenchmark.Run<LookupBenchmarks>())
        {
            figures.Add(Figure.AtMost($"{lookup.Name}: time", lookup.Nanoseconds, 100, "ns", "0"));
            figures.Add(lookup.Allocated);
        }

        return new(
            "(g) The model of a cluster",
            "Look-ups: BenchmarkDotNet, in a model of 100,000 pods, at addresses in no order.",
            figures
        );
    }
}
