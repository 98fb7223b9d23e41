using NetMon.Agent.Attribution;
using NetMon.Agent.Interfaces;
using NetMon.Core.Metrics;

namespace NetMon.Agent.Metrics;

/// <summary>What attribution tells about itself when it is asked.</summary>
internal static class AttributionMetrics
{
    public static void Register(
        MetricRegistry registry,
        AttributionCounters counters,
        AttributionSources sources
    )
    {
        registry.Observe(
            Instruments.Attribution,
            (ref MetricSamples samples) =>
            {
                for (var i = 0; i < AttributionCounters.ResultWords.Length; i++)
                {
                    samples.Add(
                        counters.Read((AttributionResult)i),
                        AttributionCounters.ResultWords[i]
                    );
                }
            }
        );
        registry.Observe(Instruments.AttributionWaiting, () => (long)counters.Waiting);
        registry.Observe(
            Instruments.ConntrackLookups,
            (ref MetricSamples samples) =>
            {
                for (var i = 0; i < AttributionCounters.LookupWords.Length; i++)
                {
                    samples.Add(counters.Read((LookupResult)i), AttributionCounters.LookupWords[i]);
                }
            }
        );
        registry.Observe(
            Instruments.ConntrackAvailable,
            () => sources.Connections is null ? 0L : 1L
        );
        registry.Observe(
            Instruments.PodInterfaces,
            (ref MetricSamples samples) =>
            {
                var counts = sources.Addresses.Count();
                samples.Add((long)counts.Told, "kernel");
                samples.Add((long)counts.Learned, "learned");
                samples.Add((long)counts.Unknown, "unknown");
            }
        );
    }
}
