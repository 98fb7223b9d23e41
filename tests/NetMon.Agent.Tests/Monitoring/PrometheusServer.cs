using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace NetMon.Agent.Tests.Monitoring;

/// <summary>A real Prometheus with a database of its own, on a free port of loopback.</summary>
internal sealed partial class PrometheusServer : IDisposable
{
    private readonly string _folder;
    private readonly LabProcess _process;
    private readonly HttpClient _client;

    private PrometheusServer(string folder, LabProcess process, HttpClient client)
    {
        _folder = folder;
        _process = process;
        _client = client;
    }

    /// <summary>Skips the test where the Debian package is not installed.</summary>
    public static void SkipIfMissing() =>
        Skip.IfNot(
            Command.Exists("prometheus") && Command.Exists("promtool"),
            "needs the Debian package prometheus"
        );

    /// <summary>Scrapes a target each second.</summary>
    public static PrometheusServer Scraping(string target) =>
        Start(
            NewFolder(),
            $$"""
            global: { scrape_interval: 1s, scrape_timeout: 1s }
            scrape_configs: [{ job_name: netmon, static_configs: [{ targets: ["{{target}}"] }] }]
            """
        );

    /// <summary>Has what an OpenMetrics text with timestamps says, and scrapes nothing.</summary>
    public static PrometheusServer Holding(string openMetrics)
    {
        var folder = NewFolder();
        var file = Path.Combine(folder, "history.txt");
        File.WriteAllText(file, openMetrics);
        using var import = LabProcess
            .Start(
                "promtool",
                ["tsdb", "create-blocks-from", "openmetrics", file, Path.Combine(folder, "data")]
            )
            .WaitForExit();
        return Start(folder, "scrape_configs: []");
    }

    /// <summary>The answer to an instant query: a series each, one without labels for a scalar.</summary>
    /// <param name="query">PromQL.</param>
    /// <param name="time">When, seconds of the Unix epoch; now if not given.</param>
    /// <exception cref="LabException">The query was refused.</exception>
    public IReadOnlyList<MetricSample> Query(string query, double? time = null)
    {
        var at = time is null ? "" : string.Create(CultureInfo.InvariantCulture, $"&time={time}");
        using var json = Get($"/api/v1/query?query={Uri.EscapeDataString(query)}{at}");
        var data = json.RootElement.GetProperty("data");
        var result = data.GetProperty("result");
        return data.GetProperty("resultType").GetString() == "scalar"
            ? [new MetricSample("", new Dictionary<string, string>(), Number(result))]
            :
            [
                .. result
                    .EnumerateArray()
                    .Select(series => new MetricSample(
                        "",
                        series
                            .GetProperty("metric")
                            .EnumerateObject()
                            .ToDictionary(label => label.Name, label => label.Value.GetString()!),
                        Number(series.GetProperty("value"))
                    )),
            ];
    }

    public void Dispose()
    {
        _client.Dispose();
        _process.Terminate();
        _process.WaitForExit(success: false);
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static PrometheusServer Start(string folder, string configuration)
    {
        var file = Path.Combine(folder, "prometheus.yml");
        File.WriteAllText(file, configuration);
        var process = LabProcess.Start(
            "prometheus",
            [
                $"--config.file={file}",
                $"--storage.tsdb.path={folder}/data",
                "--storage.tsdb.retention.time=100y",
                "--web.listen-address=127.0.0.1:0",
            ]
        );
        process.WaitForText("msg=\"Listening on\"");
        process.WaitForText("Server is ready to receive web requests");
        var address = new Uri($"http://{Listening().Match(process.Errors).Groups["address"].Value}");
        return new PrometheusServer(folder, process, new HttpClient { BaseAddress = address });
    }

    private static string NewFolder() => Directory.CreateTempSubdirectory("netmon-prometheus-").FullName;

    private JsonDocument Get(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        using var response = _client.Send(request);
        var body = response.Content.ReadAsStream();
        if (!response.IsSuccessStatusCode)
        {
            using var reader = new StreamReader(body);
            throw new LabException($"{Uri.UnescapeDataString(path)}: {reader.ReadToEnd()}");
        }

        return JsonDocument.Parse(body);
    }

    private static double Number(JsonElement sample)
    {
        var text = sample[1].GetString()!;
        return text switch
        {
            "+Inf" => double.PositiveInfinity,
            "-Inf" => double.NegativeInfinity,
            _ => double.Parse(text, CultureInfo.InvariantCulture),
        };
    }

    [GeneratedRegex(
        """msg="Listening on" address=(?<address>\S+)""",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 60_000
    )]
    private static partial Regex Listening();
}
