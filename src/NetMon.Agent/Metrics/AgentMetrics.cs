using NetMon.Agent.Interfaces;
using NetMon.Agent.Streaming;
using NetMon.Bpf;
using NetMon.Core.Metrics;

namespace NetMon.Agent.Metrics;

/// <summary>What the agent's parts tell about themselves when they are asked.</summary>
internal static class AgentMetrics
{
    public static void Register(
        MetricRegistry registry,
        Func<ObservedInterfaces> interfaces,
        Broadcaster broadcaster
    )
    {
        registry.Observe(
            Instruments.Interfaces,
            (ref MetricSamples samples) =>
            {
                var observed = interfaces();
                samples.Add((long)observed.Count(InterfaceKind.Pod), "pod");
                samples.Add((long)observed.Count(InterfaceKind.Uplink), "uplink");
                samples.Add((long)observed.Count(InterfaceKind.Other), "other");
            }
        );
        registry.Observe(Instruments.AttachFailures, () => interfaces().Failures);
        registry.Observe(
            Instruments.InterfaceFailed,
            (ref MetricSamples samples) =>
            {
                foreach (var failure in interfaces().Failed.Values)
                {
                    samples.Add(1L, failure.Name);
                }
            }
        );
        registry.Observe(Instruments.Streams, () => (long)broadcaster.SubscriptionCount);
        registry.Observe(Instruments.StreamRecords, () => broadcaster.Delivered);
        registry.Observe(Instruments.StreamRecordsLost, () => broadcaster.Lost);
    }
}
