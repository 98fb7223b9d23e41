using NetMon.Core.Flows;
using NetMon.Core.Metrics;

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
        foreach (var instrument in Instruments.All.Except([Instruments.SeriesOverflow]))
        {
            switch (instrument.Type)
            {
                case MetricType.Counter when instrument.Labels.Contains("src_ip", StringComparer.Ordinal):
                    AddTraffic(registry.Counter<TrafficKey>(instrument, seriesLimit: 2), samples);
                    break;
                case MetricType.Histogram:
                    var histogram = registry.Histogram<TextKey>(instrument, Instruments.LatencyBounds);
                    for (var i = 0; i < samples; i++)
                    {
                        histogram.Observe(new TextKey("connect"), i * 0.01);
                    }

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

        return registry;
    }

    private static void AddTraffic(CounterFamily<TrafficKey> family, int samples)
    {
        for (var i = 0; i < samples; i++)
        {
            var flow = new Flow
            {
                Protocol = IpProtocol.Tcp,
                Source = new FlowEndpoint(NetworkAddress.FromIPv4((uint)i), 1, 1),
                Destination = new FlowEndpoint(new NetworkAddress((ulong)i, 1), 2, 1),
            };
            family.Add(TrafficKey.Sent(in flow, withAddresses: true), 1500);
            family.Add(TrafficKey.Received(in flow, withAddresses: true), 64);
        }
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
