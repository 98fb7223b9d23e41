using NetMon.Benchmarks.Reporting;
using NetMon.Testing.Lab;
using NetMon.Testing.Lab.Connections;

namespace NetMon.Benchmarks.Figures;

/// <summary>(e) How long a record takes from the kernel program to the metrics, and what CPU time that costs.</summary>
internal static class Latency
{
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(20);

    public static Section Measure()
    {
        var figures = new List<Figure>();
        foreach (var rate in (double[])[150, 1_000, 5_000])
        {
            using var link = new BareLink();
            using var server = new ConnectionServer(link.Far, firstPort: 5000, ports: 4);
            using var agent = AgentProcess.Start(link.Near);
            ConnectionLoad.Run(link.Near, BareLink.Plan(rate, TimeSpan.FromSeconds(3)));
            var before = agent.ReadCpuTime();
            var result = ConnectionLoad.Run(link.Near, BareLink.Plan(rate, Duration));
            var cpu = (agent.ReadCpuTime() - before) / result.Elapsed;
            var metrics = agent.ReadMetrics();
            var load = $"at {result.PerSecond:0} connections/s";
            figures.Add(new($"p50, {load}", $"{Quantile(metrics, "0.5"):0.0} us"));
            var p99 = Quantile(metrics, "0.99");
            figures.Add(rate == 1_000 ? Figure.AtMost($"p99, {load}", p99, 100, "us", "0.0") : new($"p99, {load}", $"{p99:0.0} us"));
            figures.Add(
                rate == 1_000
                    ? Figure.AtMost($"CPU of the agent, {load}", cpu * 100, 1, "% of one core", "0.00")
                    : new($"CPU of the agent, {load}", $"{cpu * 100:0.00} % of one core")
            );
        }

        return new(
            "(e) Record to metric",
            "Time from when a record left the kernel program until all figures held it (netmon_processing_duration_seconds), and CPU time of "
                + $"the agent's process (/proc/PID/stat), over {Duration.TotalSeconds:0} s of short TCP connections with generator and server on the same machine.",
            figures
        );
    }

    private static double Quantile(MetricsSnapshot metrics, string quantile) =>
        metrics.Sum("netmon_processing_duration_seconds", ("quantile", quantile)) * 1e6;
}
