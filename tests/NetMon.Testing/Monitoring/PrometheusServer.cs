using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using NetMon.Testing.Lab;
using NetMon.Testing.Namespaces;

namespace NetMon.Testing.Monitoring;

/// <summary>Starts a program; in a namespace of a lab, for example.</summary>
public delegate LabProcess ProgramStarter(string program, params string[] arguments);

/// <summary>One series of an answer, and its value.</summary>
public sealed record QueryResult(IReadOnlyDictionary<string, string> Labels, double Value);

/// <summary>A real Prometheus with a database of its own, on a free port of loopback.</summary>
public sealed partial class PrometheusServer : IDisposable
{
    public static readonly TimeSpan ScrapeInterval = TimeSpan.FromSeconds(1);

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

    /// <summary>Scrapes targets, each <c>address:port</c>.</summary>
    /// <param name="targets">What is scraped, each second.</param>
    /// <param name="start">Starts it elsewhere than here.</param>
    /// <param name="connect">A client that gets there.</param>
    public static PrometheusServer Scraping(
        IEnumerable<string> targets,
        ProgramStarter? start = null,
        Func<Uri, HttpClient>? connect = null
    ) =>
        Start(
            NewFolder(),
            $$"""
            global: { scrape_interval: 1s, scrape_timeout: 1s }
            scrape_configs:
              - job_name: netmon
                static_configs: [{ targets: [{{string.Join(
                ", ",
                targets.Select(target => $"\"{target}\"")
            )}}] }]
            """,
            start,
            connect
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
        return Start(folder, "scrape_configs: []", null, null);
    }

    /// <summary>The answer to an instant query: a series each, one without labels for a scalar.</summary>
    /// <param name="query">PromQL.</param>
    /// <param name="time">When, seconds of the Unix epoch; now if not given.</param>
    /// <exception cref="LabException">The query was refused.</exception>
    public IReadOnlyList<QueryResult> Query(string query, double? time = null)
    {
        var at = time is null ? "" : string.Create(CultureInfo.InvariantCulture, $"&time={time}");
        using var json = Get($"/api/v1/query?query={Uri.EscapeDataString(query)}{at}");
        var data = json.RootElement.GetProperty("data");
        var result = data.GetProperty("result");
        return data.GetProperty("resultType").GetString() == "scalar"
            ? [new QueryResult(new Dictionary<string, string>(), Number(result))]
            :
            [
                .. result
                    .EnumerateArray()
                    .Select(series => new QueryResult(
                        series
                            .GetProperty("metric")
                            .EnumerateObject()
                            .ToDictionary(label => label.Name, label => label.Value.GetString()!),
                        Number(series.GetProperty("value"))
                    )),
            ];
    }

    /// <summary>Values that a label has in the series that a selector chooses.</summary>
    public IReadOnlyList<string> LabelValues(string selector, string label)
    {
        using var json = Get($"/api/v1/label/{label}/values?match[]={Uri.EscapeDataString(selector)}");
        return [.. json.RootElement.GetProperty("data").EnumerateArray().Select(value => value.GetString()!)];
    }

    public void Dispose()
    {
        _client.Dispose();
        _process.Terminate();
        _process.WaitForExit(success: false);
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static PrometheusServer Start(
        string folder,
        string configuration,
        ProgramStarter? start,
        Func<Uri, HttpClient>? connect
    )
    {
        var file = Path.Combine(folder, "prometheus.yml");
        File.WriteAllText(file, configuration);
        var process = (start ?? ((program, arguments) => LabProcess.Start(program, arguments)))(
            "prometheus",
            $"--config.file={file}",
            $"--storage.tsdb.path={folder}/data",
            "--storage.tsdb.retention.time=100y",
            "--web.listen-address=127.0.0.1:0"
        );
        process.WaitForText("msg=\"Listening on\"");
        process.WaitForText("Server is ready to receive web requests");
        var address = new Uri($"http://{Listening().Match(process.Errors).Groups["address"].Value}");
        var client = connect?.Invoke(address) ?? new HttpClient { BaseAddress = address };
        return new PrometheusServer(folder, process, client);
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
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Listening();
}
