using NetMon.Benchmarks.Reporting;
using NetMon.Testing.Lab;
using NetMon.Testing.Lab.Connections;

namespace NetMon.Benchmarks.Figures;

/// <summary>(c) How many connections a second it takes until a record finds the ring full.</summary>
internal static class ConnectionRate
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(4);
    private static readonly double[] Rates = [5_000, 10_000, 15_000, 20_000, 30_000, 40_000, 60_000, 80_000];

    public static Section Measure()
    {
        using var link = new BareLink();
        using var server = new ConnectionServer(link.Far, firstPort: 5000, ports: 4);
        using var agent = AgentProcess.Start(link.Near, "--max-flows", "1000000");
        var best = 0.0;
        foreach (var rate in Rates)
        {
            var plan = BareLink.Plan(rate, Step) with { Threads = 2 };
            var reached = ConnectionLoad.Run(link.Near, plan).PerSecond;
            var deferred = agent.ReadMetrics().Sum("netmon_ebpf_records_deferred_total");
            if (deferred > 0)
            {
                return Result($"{best:0} (at {reached:0}: {deferred:0} records carried over)");
            }

            best = Math.Max(best, reached);
            if (reached < rate * 0.9)
            {
                break;
            }
        }

        return Result($"none up to {best:0}, the most that the generator reaches here");
    }

    private static Section Result(string value) =>
        new(
            "(c) Connections per second until the first carried-over record",
            "Short TCP connections (a request and a response of 100 and 200 bytes) over a veth pair, generator and server on the same machine, "
                + $"rate rising every {Step.TotalSeconds:0} s; default ring.",
            [new("connections/s without a carried-over record", value)]
        );
}
