using System.Globalization;
using System.Text.Json;
using NetMon.EndToEnd.Traffic;
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
        File.WriteAllText(
            Path.Combine(folder, "prometheus.yml"),
            """
            global: { scrape_interval: 500ms, scrape_timeout: 500ms }
            scrape_configs: [{ job_name: netmon, static_configs: [{ targets: ["127.0.0.1:9990"] }] }]
            """
        );
        using var prometheus = lab.Host.Start(
            "prometheus",
            $"--config.file={folder}/prometheus.yml",
            $"--storage.tsdb.path={folder}/data",
            "--web.listen-address=127.0.0.1:9999"
        );
        using var api = lab.Host.CreateHttpClient(new Uri("http://127.0.0.1:9999"));

        Wait.Until(() => Query(api, "up{job=\"netmon\"}") is 1, "a scrape", TimeSpan.FromSeconds(30));
        Assert.Equal(Expected, Query(api, "sum(netmon_packets_total{protocol=\"icmp\"})"));
        Assert.Equal(
            Expected / 2,
            Query(api, "sum(netmon_packets_total{protocol=\"icmp\",direction=\"egress\"})")
        );
        prometheus.Terminate();
        prometheus.WaitForExit(success: false);
        Directory.Delete(folder, recursive: true);
    }

    /// <returns>The value of the first series, or null if there is none (yet).</returns>
    private static double? Query(HttpClient api, string query)
    {
        try
        {
            using var response = api.Send(
                new HttpRequestMessage(HttpMethod.Get, $"/api/v1/query?query={Uri.EscapeDataString(query)}")
            );
            if (!response.IsSuccessStatusCode)
            {
                return null;
            }

            using var json = JsonDocument.Parse(response.Content.ReadAsStream());
            var series = json.RootElement.GetProperty("data").GetProperty("result");
            return series.GetArrayLength() == 0
                ? null
                : double.Parse(series[0].GetProperty("value")[1].GetString()!, CultureInfo.InvariantCulture);
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }
}
