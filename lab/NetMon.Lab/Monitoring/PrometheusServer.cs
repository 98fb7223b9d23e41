using System.Globalization;
using System.Text.Json;
using NetMon.Lab.Agents;
using NetMon.Lab.Machines;

namespace NetMon.Lab.Monitoring;

/// <summary>A real Prometheus that scrapes agents.</summary>
public sealed class PrometheusServer : IDisposable
{
    private const string Listen = "127.0.0.1:9091";
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(20);
    private readonly LabProcess _process;
    private readonly HttpClient _api;

    private PrometheusServer(LabProcess process, NetworkNamespace machine)
    {
        _process = process;
        _api = machine.CreateHttpClient(new Uri($"http://{Listen}"));
    }

    /// <summary>Where it serves, inside its namespace.</summary>
    public static Uri Url => new($"http://{Listen}");

    /// <summary>Returns when it has scraped every target once.</summary>
    /// <param name="surroundings">Where it runs; the targets are to be reached from there.</param>
    /// <param name="folder">For its settings and data.</param>
    /// <param name="targets">Addresses with ports, and the name of each for the label <c>instance</c>.</param>
    /// <exception cref="LabException">A target cannot be scraped.</exception>
    public static PrometheusServer Start(
        LabProgram surroundings,
        string folder,
        TimeSpan interval,
        IReadOnlyList<(string Address, string Name)> targets
    )
    {
        ArgumentNullException.ThrowIfNull(surroundings);
        ArgumentNullException.ThrowIfNull(targets);
        Directory.CreateDirectory(folder);
        var settings = Path.Combine(folder, "prometheus.yml");
        var jobs = targets.Select(target =>
            $$"""{ targets: ["{{target.Address}}"], labels: { instance: "{{target.Name}}" } }"""
        );
        File.WriteAllText(
            settings,
            $$"""
            global: { scrape_interval: {{interval.TotalMilliseconds}}ms, scrape_timeout: {{interval.TotalMilliseconds}}ms }
            scrape_configs: [{ job_name: netmon, static_configs: [{{string.Join(", ", jobs)}}] }]
            """
        );
        var process = surroundings.Start(
            "prometheus",
            $"--config.file={settings}",
            $"--storage.tsdb.path={folder}/data",
            $"--web.listen-address={Listen}"
        );
        var server = new PrometheusServer(process, surroundings.Namespace);
        try
        {
            Wait.Until(
                () =>
                    process.HasExited
                    || server.TryQuery("sum(up)") is [{ Value: var up }] && up == targets.Count,
                $"Prometheus to scrape {targets.Count} targets"
            );
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    /// <summary>An instant query.</summary>
    /// <param name="query">PromQL whose answer is a vector.</param>
    /// <exception cref="LabException">Prometheus does not answer, or with errors.</exception>
    public IReadOnlyList<MetricSample> Query(string query)
    {
        IReadOnlyList<MetricSample>? answer = null;
        return
            Wait.TryUntil(
                () => (answer = TryQuery(query)) is not null || _process.HasExited,
                AnswerLimit,
                pause: TimeSpan.FromMilliseconds(200)
            ) && answer is not null
            ? answer
            : throw new LabException($"Prometheus gave no answer to {query}: {_process.Errors}");
    }

    public void Dispose()
    {
        _process.Dispose();
        _api.Dispose();
    }

    private IReadOnlyList<MetricSample>? TryQuery(string query)
    {
        try
        {
            using var limit = new CancellationTokenSource(AnswerLimit);
            using var response = _api.Send(
                new HttpRequestMessage(HttpMethod.Get, $"/api/v1/query?query={Uri.EscapeDataString(query)}"),
                limit.Token
            );
            if (!response.IsSuccessStatusCode)
            {
                return null;
            }

            using var json = JsonDocument.Parse(response.Content.ReadAsStream());
            return
            [
                .. json.RootElement.GetProperty("data").GetProperty("result").EnumerateArray().Select(Read),
            ];
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            return null;
        }
    }

    private static MetricSample Read(JsonElement series)
    {
        var labels = series
            .GetProperty("metric")
            .EnumerateObject()
            .ToDictionary(label => label.Name, label => label.Value.GetString()!, StringComparer.Ordinal);
        labels.Remove("__name__", out var name);
        return new(
            name ?? "",
            labels,
            double.Parse(series.GetProperty("value")[1].GetString()!, CultureInfo.InvariantCulture)
        );
    }
}
