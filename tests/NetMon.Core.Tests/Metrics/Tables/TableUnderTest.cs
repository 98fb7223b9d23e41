using NetMon.Core.Metrics;
using NetMon.Core.Metrics.Labels;
using NetMon.Core.Metrics.Tables;

namespace NetMon.Core.Tests.Metrics.Tables;

/// <summary>A table with a counter, a counter of two series a row, and a histogram.</summary>
internal sealed class TableUnderTest
{
    public static readonly TimeSpan StaleAfter = TimeSpan.FromMinutes(5);

    public TableUnderTest(int limit = 100, params string[] labels)
    {
        Table = new SeriesTable(LabelSet.Of(labels.Length == 0 ? ["workload"] : labels), limit, StaleAfter);
        Count = Registry.Counter(new Instrument("c_total", MetricType.Counter, "", "Help."), Table);
        Outcome = Registry.Counter(
            new Instrument("o_total", MetricType.Counter, "", "Help."),
            Table,
            "status",
            "ok",
            "failed"
        );
        Time = Registry.Histogram(
            new Instrument("h", MetricType.Histogram, "", "Help."),
            Table,
            [1],
            "type",
            "t"
        );
    }

    /// <summary>Time of the last look.</summary>
    public TimeSpan Now { get; private set; }

    public MetricRegistry Registry { get; } = new();
    public SeriesTable Table { get; }
    public TableCounter Count { get; }
    public TableCounter Outcome { get; }
    public TableHistogram Time { get; }

    /// <summary>Counts for a flow that is over then.</summary>
    public void Add(in FlowLabels labels, long value)
    {
        var handle = Table.Hold(in labels);
        Count.Add(Table[handle], value);
        Table.Release(ref handle);
    }

    /// <summary>Lets time pass, with a look at all rows at its beginning and its end.</summary>
    public void Pass(TimeSpan time)
    {
        Look();
        Look(time);
    }

    /// <summary>Looks, a second (or more) after the last time.</summary>
    public void Look(TimeSpan more = default)
    {
        Now += TimeSpan.FromSeconds(1) + more;
        Table.Look((ulong)Now.TotalNanoseconds);
    }

    /// <summary>Samples of the counter: the value of one label, and the sample's value.</summary>
    public Dictionary<string, double> Counts(string label = "src_workload") => By("c_total", label);

    public Dictionary<string, double> By(string family, string label) =>
        Exposition
            .Samples(Registry)
            .Where(sample => sample.Key.StartsWith(family + "{", StringComparison.Ordinal))
            .ToDictionary(
                sample => sample.Key.Split($"{label}=\"")[1].Split('"')[0],
                sample => sample.Value,
                StringComparer.Ordinal
            );

    public double Metric(string name, string family = "c_total") =>
        Exposition.Samples(Registry)[$"{name}{{family=\"{family}\"}}"];
}
