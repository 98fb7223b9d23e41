using NetMon.Agent.Options;
using NetMon.Core.Flows;
using NetMon.Core.Metrics;
using NetMon.Core.Metrics.Labels;
using NetMon.Core.Metrics.Tables;

namespace NetMon.Agent.Metrics;

/// <summary>Makes the families about flows as configured.</summary>
internal static class FlowFamilyTables
{
    /// <summary>The families about flows: the labels that are configured for each of them alone, and how it is made.</summary>
    private static readonly Definition[] Definitions =
    [
        new(
            own => own.Flows,
            (registry, families, _) =>
                families.Flows = registry.Counter(
                    Instruments.Flows,
                    families.Table,
                    "status",
                    FlowStatus.Ok.Word(),
                    FlowStatus.Failed.Word()
                )
        ),
        new(
            own => own.Bytes,
            (registry, families, _) => families.Bytes = registry.Counter(Instruments.Bytes, families.Table)
        ),
        new(
            own => own.Packets,
            (registry, families, _) =>
                families.Packets = registry.Counter(Instruments.Packets, families.Table)
        ),
        new(
            own => own.Latency,
            (registry, families, latency) =>
                families.Latency = registry.Histogram(
                    Instruments.Latency,
                    families.Table,
                    [.. latency.BucketBounds],
                    "type",
                    FlowFamilies.LatencyTypes
                )
        ),
        new(
            own => own.TcpRetransmits,
            (registry, families, _) =>
                families.Retransmits = registry.Counter(Instruments.TcpRetransmits, families.Table)
        ),
        new(
            own => own.TcpResets,
            (registry, families, _) =>
                families.Resets = registry.Counter(Instruments.TcpResets, families.Table)
        ),
        new(
            own => own.FlowFailures,
            (registry, families, _) =>
                families.Failures = registry.Counter(
                    Instruments.FlowFailures,
                    families.Table,
                    "cause",
                    FlowWords.AllCauses.Skip(1)
                )
        ),
        new(
            own => own.TcpRoundTrips,
            (registry, families, _) =>
                families.RoundTrips = registry.Histogram(
                    Instruments.TcpRoundTrips,
                    families.Table,
                    RoundTripBuckets.Bounds,
                    "side",
                    FlowFamilies.Sides
                )
        ),
        new(
            own => own.TcpEvents,
            (registry, families, _) =>
                families.Events = registry.Counter(
                    Instruments.TcpEvents,
                    families.Table,
                    "event",
                    FlowFamilies.TcpEventNames
                )
        ),
    ];

    /// <summary>One for each label set, that of bytes first: its rows are met with each record.</summary>
    public static FlowFamilies[] Make(MetricRegistry registry, MetricsOptions options, LatencyOptions latency)
    {
        var all = new List<FlowFamilies>();
        Find(options.FamilyLabels.Bytes);
        foreach (var definition in Definitions)
        {
            definition.Add(registry, Find(definition.Own(options.FamilyLabels)), latency);
        }

        return [.. all];

        FlowFamilies Find(IReadOnlyList<string> own)
        {
            var labels = LabelSet.Of(own.Count > 0 ? own : options.Labels);
            var families = all.Find(one => one.Table.Labels.Equals(labels));
            if (families is null)
            {
                families = new FlowFamilies(new SeriesTable(labels, options.MaxSeries, options.StaleAfter));
                all.Add(families);
            }

            return families;
        }
    }

    private sealed record Definition(
        Func<FamilyLabels, IReadOnlyList<string>> Own,
        Action<MetricRegistry, FlowFamilies, LatencyOptions> Add
    );
}
