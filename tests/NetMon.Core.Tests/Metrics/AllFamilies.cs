using NetMon.Core.Metrics;
using NetMon.Core.Metrics.Labels;
using NetMon.Core.Metrics.Tables;
using NetMon.Core.Tests.Metrics.Labels;

namespace NetMon.Core.Tests.Metrics;

/// <summary>A registry with a family for every instrument.</summary>
internal static class AllFamilies
{
    /// <summary>Every family as it is before anything happened.</summary>
    public static MetricRegistry Empty() => Make(filled: false);

    /// <summary>Every family with series, some at their limit, with labels that must be escaped.</summary>
    public static MetricRegistry Filled() => Make(filled: true);

    private static MetricRegistry Make(bool filled)
    {
        var registry = new MetricRegistry();
        var samples = filled ? 3 : 0;
        var table = new SeriesTable(LabelSet.Of(["pod", "address"]), limit: 2, TimeSpan.FromMinutes(5));
        var flows = new List<Action<SeriesRow>>();
        foreach (
            var instrument in Instruments.All.Except([
                Instruments.Series,
                Instruments.SeriesDropped,
                Instruments.SeriesOverflow,
            ])
        )
        {
            switch (instrument.Type)
            {
                case MetricType.Counter when instrument.Labels.Contains("status", StringComparer.Ordinal):
                    var decided = registry.Counter(instrument, table, "status", "ok", "failed");
                    flows.Add(row => decided.Add(row, 1, series: 1));
                    break;
                case MetricType.Counter when instrument.Labels is ["src_namespace", .., "cause" or "event"]:
                    var kinds = registry.Counter(instrument, table, instrument.Labels[^1], "one", "two");
                    flows.Add(row => kinds.Add(row, 2, series: 1));
                    break;
                case MetricType.Counter
                    when instrument.Labels.Contains("src_workload", StringComparer.Ordinal):
                    var counter = registry.Counter(instrument, table);
                    flows.Add(row => counter.Add(row, 1500));
                    break;
                case MetricType.Histogram:
                    var histogram = registry.Histogram(
                        instrument,
                        table,
                        Instruments.LatencyBounds,
                        instrument.Labels[^1],
                        "one",
                        "two"
                    );
                    flows.Add(row => histogram.Observe(row, 0.01, series: 1));
                    break;
                case MetricType.Summary:
                    var summary = registry.Summary(instrument, Instruments.ProcessingQuantiles);
                    for (var i = 0; i < samples; i++)
                    {
                        summary.Observe(i * 12_345);
                    }

                    break;
                case MetricType.Info:
                    registry.Observe(instrument, (ref MetricSamples info) => info.Add(1, "0.1.0", "\"\\\n"));
                    break;
                default:
                    ObserveAny(registry, instrument, samples);
                    break;
            }
        }

        for (var i = 0; i < samples; i++)
        {
            var row = table[table.Hold(TestFlows.Between($"\"\\\n{i}", "b").Sent())];
            flows.ForEach(add => add(row));
        }

        return registry;
    }

    private static void ObserveAny(MetricRegistry registry, Instrument instrument, int samples) =>
        registry.Observe(
            instrument,
            (ref MetricSamples any) =>
            {
                var distinct = instrument.Labels.Count == 0 ? 1 : samples;
                for (var i = 0; i < distinct; i++)
                {
                    var value = $"v{i}";
                    any.Add((long)i, [.. Enumerable.Repeat(value, instrument.Labels.Count)]);
                }
            }
        );
}
