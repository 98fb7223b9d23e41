using NetMon.EndToEnd.Traffic;
using NetMon.Lab.Monitoring;
using NetMon.Testing.Lab;

namespace NetMon.EndToEnd.Monitoring;

/// <summary>The programs that people point at /metrics.</summary>
public sealed class PrometheusScrapes
{
    [SkippableFact]
    public void Promtool_has_no_complaint_about_the_metrics_of_a_busy_agent()
    {
        LabRequirements.SkipIfMissing("promtool", "ping", "iperf3");
        using var lab = new TwoHosts(offloads: true);
        using var agent = AgentProcess.Start(lab.Host, "--interval", "100ms");
        Programs.Ping(lab, TwoHosts.PeerV6, count: 3, bytes: 56);
        Programs.Iperf(lab, TwoHosts.PeerV4, "--bytes", "1M");

        var path = Path.GetTempFileName();
        File.WriteAllText(path, agent.ReadMetrics().Text);
        using var promtool = LabProcess.Start("sh", ["-c", "promtool check metrics < \"$0\"", path]);
        promtool.WaitForExit(success: false);
        File.Delete(path);

        Assert.Equal((0, "", ""), (promtool.ExitCode, promtool.Output, promtool.Errors));
    }

    [SkippableFact]
    public void A_prometheus_server_scrapes_the_agent_and_answers_with_its_figures()
    {
        LabRequirements.SkipIfMissing("prometheus", "ping");
        using var lab = new TwoHosts(offloads: true);
        using var agent = AgentProcess.Start(lab.Host, "--interval", "100ms");
        Programs.Ping(lab, TwoHosts.PeerV4, count: 10, bytes: 56);
        const int Expected = 2 * 10;
        Wait.Until(
            () => agent.ReadMetrics().Sum("netmon_packets_total", ("protocol", "icmp")) == Expected,
            "the pings in the metrics"
        );

        var folder = Directory.CreateTempSubdirectory("nm-e2e-prometheus-").FullName;
        using (
            var prometheus = PrometheusServer.Start(
                new LabProgram { Namespace = lab.Host },
                folder,
                TimeSpan.FromMilliseconds(500),
                [("127.0.0.1:9990", "host")]
            )
        )
        {
            WaitFor(prometheus, "sum(netmon_packets_total{protocol=\"icmp\"})", Expected);
            WaitFor(
                prometheus,
                "sum(netmon_packets_total{protocol=\"icmp\",direction=\"egress\"})",
                Expected / 2
            );
        }

        Directory.Delete(folder, recursive: true);
    }

    // After a scrape that took too long on a busy machine there is nothing, until the next one.
    private static void WaitFor(PrometheusServer prometheus, string query, double value) =>
        Wait.Until(
            () => prometheus.Query(query) is [{ Value: var answer }] && answer == value,
            $"{query} to be {value}",
            pause: TimeSpan.FromMilliseconds(100)
        );
}
