using NetMon.Core.Detections.Events;
using NetMon.Core.Metrics;

namespace NetMon.Agent.Detections;

/// <summary>What the detections tell about themselves when they are asked.</summary>
internal static class DetectionMetrics
{
    public static void Register(MetricRegistry registry, DetectionLoop loop, SecurityEventLog log)
    {
        registry.Observe(
            Instruments.DetectionLost,
            (ref MetricSamples samples) =>
            {
                var figures = loop.Figures;
                samples.Add(loop.SightingsLost, MetricReasons.Queue);
                samples.Add(loop.ExaminationsLost, MetricReasons.Examination);
                samples.Add(figures.Evicted, MetricReasons.Evicted);
                samples.Add(figures.WorkloadsUnknown, MetricReasons.Workload);
            }
        );
        registry.Observe(
            Instruments.SecurityEventsLost,
            (ref MetricSamples samples) =>
            {
                samples.Add(loop.Figures.Suppressed, MetricReasons.TooMany);
                samples.Add(log.Dropped, MetricReasons.Displaced);
            }
        );
        registry.Observe(
            Instruments.DetectionTracked,
            (ref MetricSamples samples) =>
            {
                var figures = loop.Figures;
                samples.Add((long)figures.Tracked, "suspect");
                samples.Add((long)figures.Workloads, "workload");
                samples.Add((long)figures.OpenEvents, "event");
            }
        );
    }
}
