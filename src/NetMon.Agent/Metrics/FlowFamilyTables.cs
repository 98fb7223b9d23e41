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
            (registry, families) =>
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
            (registry, families) => families.Bytes = registry.Counter(Instruments.Bytes, families.Table)
        ),
        new(
            own => own.Packets,
            (registry, families) => families.Packets = registry.Counter(Instruments.Packets, families.Table)
        ),
        new(
            own => own.Latency,
            (registry, families) =>
                families.Latency = registry.Histogram(
                    Instruments.Latency,
                    families.Table,
                    Instruments.LatencyBounds,
                    "type",
                    FlowFamilies.LatencyTypes
                )
        ),
        new(
            own => own.TcpRetransmits,
            (registry, families) =>
                families.Retransmits = registry.Counter(Instruments.TcpRetransmits, families.Table)
        ),
        new(
            own => own.TcpResets,
            (registry, families) => families.Resets = registry.Counter(Instruments.TcpResets, families.Table)
        ),
        new(
            own => own.FlowFailures,
            (registry, families) =>
                families.Failures = registry.Counter(
                    Instruments.FlowFailures,
                    families.Table,
                    "cause",
                    FlowWords.AllCauses.Skip(1)
                )
        ),
        new(
            own => own.TcpRoundTrips,
            (registry, families) =>
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
            (registry, families) =>
                families.Events = registry.Counter(
                    Instruments.TcpEvents,
                    families.Table,
                    "event",
                    FlowFamilies.TcpEventNames
                )
        ),
    ];

    /// <summary>One for each label set, that of bytes first: its rows are met with each record.</summary>
    public static FlowFamilies[] Make(MetricRegistry registry, MetricsOptions options)
    {
        var all = new List<FlowFamilies>();
        Find(options.FamilyLabels.Bytes);
        foreach (var definition in Definitions)
        {
            definition.Add(registry, Find(definition.Own(options.FamilyLabels)));
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
        Action<MetricRegistry, FlowFamilies> Add
    );
}
