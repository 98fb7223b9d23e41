using NetMon.Testing.Lab;
using NetMon.Testing.Lab.Connections;
using Xunit.Abstractions;

namespace NetMon.EndToEnd.Load;

/// <summary>Short connections as fast as the machine makes them, up to 20,000 a second: every packet is in a flow or in an overflow bucket.</summary>
public sealed class ManyConnections(ITestOutputHelper output)
{
    private const double Rate = 20_000;

    // Both ends are local, the far one behind a container's interface: each packet is egress and ingress.
    private static readonly (string, string) Once = ("direction", "egress");
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(10);

    [SkippableFact]
    public void Totals_are_exact_with_the_default_sizes_and_each_connection_is_a_flow()
    {
        var (result, sent, metrics) = Run([]);

        Assert.Equal(sent, Reported(metrics));
        Assert.Equal(0, metrics.Sum("netmon_overflow_packets_total"));
        Assert.Equal(
            result.Completed,
            metrics.Sum("netmon_flows_total", ("protocol", "tcp"), ("status", "ok"), Once)
        );
        Assert.Equal(0, metrics.Sum("netmon_flows_total", ("protocol", "tcp"), ("status", "failed"), Once));
        Assert.Equal(
            result.Completed,
            metrics.Sum("netmon_latency_seconds_count", ("type", "connect"), Once)
        );
    }

    [SkippableFact]
    public void Totals_are_exact_with_a_flow_map_and_a_ring_that_are_far_too_small()
    {
        var (_, sent, metrics) = Run(["--max-flows", "2000", "--ring-size", "4KiB"]);

        Assert.Equal(sent, Reported(metrics));
        Assert.NotEqual(0, metrics.Sum("netmon_overflow_packets_total", ("protocol", "tcp")));
        Assert.NotEqual(0, metrics.Sum("netmon_ebpf_events_dropped_total", ("reason", "map_full")));
        Assert.NotEqual(0, metrics.Sum("netmon_ebpf_records_deferred_total"));
    }

    /// <returns>What the generator did, what the interface says passed it since, and the metrics once all of that is in them.</returns>
    private (ConnectionResult Result, Count Sent, MetricsSnapshot Metrics) Run(string[] arguments)
    {
        LabRequirements.SkipIfMissing();
        using var link = new BareLink();
        using var server = new ConnectionServer(link.Far, firstPort: 5000, ports: 4);
        using var agent = AgentProcess.Start(link.Near, arguments);
        var before = link.NearInterface.ReadCounters();
        var result = ConnectionLoad.Run(link.Near, BareLink.Plan(Rate, Duration) with { Threads = 2 });

        output.WriteLine($"{result.Completed} connections, {result.PerSecond:0} a second");

        // The last FINs are still on their way when the client is done, however long: what passed is read again with the metrics.
        var (sent, metrics) = (default(Count), agent.ReadMetrics());
        var passed = default(InterfaceCounters);
        Wait.TryUntil(
            () =>
            {
                passed = link.NearInterface.ReadCounters() - before;
                sent = new Count(
                    passed.Sent.Packets + passed.Received.Packets,
                    passed.Sent.IpBytes + passed.Received.IpBytes
                );
                return Reported(metrics = agent.ReadMetrics()) == sent;
            },
            Wait.Patience,
            TimeSpan.FromMilliseconds(100)
        );
        Assert.Equal(0, result.Failed);
        Assert.Equal(0, passed.Sent.Dropped + passed.Received.Dropped);
        return (result, sent, metrics);
    }

    private static Count Reported(MetricsSnapshot metrics) =>
        new(
            (long)(metrics.Sum("netmon_packets_total", Once) + metrics.Sum("netmon_overflow_packets_total")),
            (long)(metrics.Sum("netmon_bytes_total", Once) + metrics.Sum("netmon_overflow_bytes_total"))
        );
}
