using System.Text.Json;
using NetMon.Benchmarks.Reporting;
using NetMon.Testing.Lab;

namespace NetMon.Benchmarks.Figures;

/// <summary>(b) What an agent takes off the throughput of a veth pair.</summary>
internal static class Throughput
{
    private const int Rounds = 7;

    public static Section Measure()
    {
        using var link = new BareLink(offloads: true);
        var figures = new List<Figure>();
        foreach (var (name, unit, scale, field, arguments) in Cases)
        {
            List<double> without = [],
                with = [];
            for (var round = 0; round < Rounds; round++)
            {
                // The order changes, so that a drift of the machine favours neither.
                foreach (var observed in round % 2 == 0 ? [false, true] : (bool[])[true, false])
                {
                    using var agent = observed ? AgentProcess.Start(link.Near) : null;
                    (observed ? with : without).Add(Run(link, field, arguments) / scale);
                }
            }

            // Pairs ran next to each other: their ratio knows less of the machine's moods than the medians' does.
            var change = Statistics.Median(with.Zip(without, (one, other) => (one / other) - 1));
            figures.Add(new($"{name}, without", $"{Statistics.Median(without):0.##} {unit}"));
            figures.Add(new($"{name}, with the agent", $"{Statistics.Median(with):0.##} {unit}"));
            figures.Add(new($"{name}, change (median of pairs)", $"{change:+0.0%;-0.0%}"));
        }

        return new(
            "(b) Throughput through a veth pair",
            $"iperf3, 2 s a run, {Rounds} runs with the agent on the interface and {Rounds} without, alternating. The UDP rate is what arrived.",
            figures
        );
    }

    private static readonly (
        string Name,
        string Unit,
        double Scale,
        string Field,
        string[] Arguments
    )[] Cases =
    [
        ("TCP, one stream", "Gbit/s", 1e9, "bits_per_second", []),
        (
            "UDP, 64 bytes",
            "thousand packets/s",
            1e3,
            "packets",
            ["--udp", "--length", "64", "--bitrate", "0"]
        ),
    ];

    private static double Run(BareLink link, string field, string[] arguments)
    {
        using var server = link.Far.Start("iperf3", "--server", "--one-off", "--forceflush");
        server.WaitForText("Server listening");
        var output = link.Near.Run(
            "iperf3",
            ["--client", "10.67.1.1", "--time", "2", "--json", .. arguments]
        );
        server.WaitForExit();
        using var json = JsonDocument.Parse(output);
        var end = json.RootElement.GetProperty("end");
        if (field == "bits_per_second")
        {
            return end.GetProperty("sum_received").GetProperty(field).GetDouble();
        }

        var sum = end.GetProperty("sum");
        return (sum.GetProperty("packets").GetDouble() - sum.GetProperty("lost_packets").GetDouble())
            / sum.GetProperty("seconds").GetDouble();
    }
}
