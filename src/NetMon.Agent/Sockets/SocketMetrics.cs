using NetMon.Bpf.Records;
using NetMon.Core.Metrics;

namespace NetMon.Agent.Sockets;

/// <summary>How well sockets are known.</summary>
internal static class SocketMetrics
{
    /// <param name="registry">Gets the families.</param>
    /// <param name="counts">What the agent counts.</param>
    /// <param name="read">What the kernel programs count.</param>
    /// <param name="missed">Changes of state that the kernel did not tell its program of.</param>
    /// <param name="badEvents">Events of the ring that had no event's length.</param>
    public static void Register(
        MetricRegistry registry,
        SocketCounts counts,
        Func<SocketCounters> read,
        Func<ulong> missed,
        Func<long> badEvents
    )
    {
        registry.Observe(
            Instruments.SocketEvents,
            (ref MetricSamples samples) =>
            {
                var kernel = read();
                samples.Add((long)kernel.Events, "ring");
                samples.Add((long)kernel.Seen, "walk");
            }
        );
        registry.Observe(
            Instruments.SocketEventsLost,
            (ref MetricSamples samples) =>
            {
                var kernel = read();
                samples.Add((long)kernel.EventsLost, "ring_full");
                samples.Add((long)missed(), "missed");
                samples.Add((long)kernel.StorageFailed, "no_storage");
                samples.Add(badEvents() + counts.Bad, MetricReasons.BadRecord);
            }
        );
        registry.Observe(
            Instruments.SocketOwners,
            (ref MetricSamples samples) =>
            {
                samples.Add(counts.Owned, "known");
                samples.Add(counts.Missed, "unknown");
            }
        );
        registry.Observe(
            Instruments.Sockets,
            (ref MetricSamples samples) =>
            {
                samples.Add((long)counts.Connections, "connection");
                samples.Add((long)counts.Ports, "listener");
            }
        );
        registry.Observe(Instruments.SocketsDisplaced, () => counts.Displaced);
        registry.Observe(Instruments.SocketCgroupsUnknown, () => counts.Unnamed);
        registry.Observe(Instruments.SocketWalks, () => counts.Walks);
        registry.Observe(
            Instruments.SocketWalkSeconds,
            (ref MetricSamples samples) => samples.Add(counts.WalkSeconds)
        );
        registry.Observe(Instruments.SocketFilesVisited, () => (long)read().Files);
    }
}
