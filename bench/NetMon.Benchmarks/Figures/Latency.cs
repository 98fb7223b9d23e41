using System.Globalization;
using NetMon.Benchmarks.Reporting;
using NetMon.Testing.Lab;
using NetMon.Testing.Lab.Connections;

namespace NetMon.Benchmarks.Figures;

/// <summary>(e) How long a record takes from the kernel program to the metrics, and what CPU time that costs.</summary>
internal static class Latency
{
    // Few enough that every record may wake the agent (WAKE_INTERVAL_NS of bpf/netmon.h); the target of the delay is for these.
    private const double PromptRate = 150;

    // Where wake-ups are shared; the target of the CPU time is for this rate.
    private const double BusyRate = 1_000;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(20);

    // So long that the first hundred records, which code not yet compiled met, are far less than one in a hundred.
    private static readonly TimeSpan PromptDuration = TimeSpan.FromSeconds(60);

    /// <param name="folder">With the built ring_floor.</param>
    public static Section Measure(string folder)
    {
        var figures = new List<Figure>();
        foreach (var rate in (double[])[PromptRate, BusyRate, 5_000])
        {
            figures.AddRange(MeasureAgent(rate));
        }

        figures.AddRange(MeasureFloor(folder));
        return new(
            "(e) Record to metric",
            "Time from when a record left the kernel program until all figures held it (netmon_processing_duration_seconds), and CPU time of "
                + "the agent's process by the scheduler's count, over 20 to 60 s of short TCP connections; generator and server "
                + "run on the same CPUs. The floor is bench/ring_floor.c: the same kernel programs, and a C program that takes each record as it "
                + "comes and throws it away. Each connection has two records on the ring; up to 500 a second wake the agent at once, beyond that it "
                + "looks every 2 to 4 ms.",
            figures
        );
    }

    private static IEnumerable<Figure> MeasureAgent(double rate)
    {
        using var link = new BareLink();
        using var server = new ConnectionServer(link.Far, firstPort: 5000, ports: 4);
        using var agent = AgentProcess.Start(link.Near);
        ConnectionLoad.Run(link.Near, BareLink.Plan(rate, WarmUp));
        var before = agent.ReadCpuTime();
        var duration = rate == PromptRate ? PromptDuration : Duration;
        var result = ConnectionLoad.Run(link.Near, BareLink.Plan(rate, duration));
        var cpu = (agent.ReadCpuTime() - before) / result.Elapsed * 100;
        var metrics = agent.ReadMetrics();
        var p99 = Quantile(metrics, "0.99");
        var load = $"at {result.PerSecond:0} connections/s";
        yield return new($"p50, {load}", $"{Quantile(metrics, "0.5"):0.0} us");
        yield return rate == PromptRate
            ? Figure.AtMost($"p99, {load}", p99, 100, "us", "0.0")
            : new($"p99, {load}", $"{p99:0.0} us");
        yield return rate == BusyRate
            ? Figure.AtMost($"CPU of the agent, {load}", cpu, 1, "% of one core", "0.00")
            : new($"CPU of the agent, {load}", $"{cpu:0.00} % of one core");
    }

    private static IEnumerable<Figure> MeasureFloor(string folder)
    {
        using var link = new BareLink();
        using var server = new ConnectionServer(link.Far, firstPort: 5000, ports: 4);
        using var floor = link.Near.Start(
            Path.Combine(folder, "ring_floor"),
            PacketCost.FindProgram(),
            "eth0"
        );
        floor.WaitForText("ready");
        ConnectionLoad.Run(link.Near, BareLink.Plan(PromptRate, WarmUp));
        floor.Signal(LabSignal.User1);
        var result = ConnectionLoad.Run(link.Near, BareLink.Plan(PromptRate, Duration));
        floor.Terminate();
        var values = floor
            .WaitForExit()
            .Output.Split('\n')[^1]
            .Split(' ')
            .Select(value => double.Parse(value, CultureInfo.InvariantCulture))
            .ToArray();
        var load = $"at {result.PerSecond:0} connections/s";
        yield return new($"floor: p50, {load}", $"{values[1]:0.0} us");
        yield return new($"floor: p99, {load}", $"{values[2]:0.0} us");
        yield return new(
            $"floor: CPU, {load}",
            $"{values[0]:0.00} % of one core, {values[3]:0.00} wake-ups a record"
        );
    }

    private static double Quantile(MetricsSnapshot metrics, string quantile) =>
        metrics.Sum("netmon_processing_duration_seconds", ("quantile", quantile)) * 1e6;
}
