using System.Text.Json;
using System.Text.RegularExpressions;

namespace NetMon.Testing.Monitoring;

/// <summary>A panel of a dashboard that shows data, and its queries as they are written.</summary>
public sealed record DashboardPanel(
    string Title,
    string Type,
    string? Description,
    string? Unit,
    (int X, int Y, int Width, int Height) Place,
    IReadOnlyList<string> Queries
);

/// <summary>A variable that is filled by <c>label_values(selector, label)</c>.</summary>
/// <param name="AllValue">What it stands for when all values are chosen; null if only one can be.</param>
public sealed record DashboardVariable(string Name, string Selector, string Label, string? AllValue);

/// <summary>A Grafana dashboard's file.</summary>
public sealed partial class Dashboard
{
    private readonly JsonDocument _json;

    private Dashboard(string name, JsonDocument json)
    {
        Name = name;
        _json = json;
        Panels = [.. PanelsOf(json.RootElement).Where(panel => Text(panel, "type") != "row").Select(Read)];
        Variables =
        [
            .. json
                .RootElement.GetProperty("templating")
                .GetProperty("list")
                .EnumerateArray()
                .Where(variable => Text(variable, "type") == "query")
                .Select(ReadVariable),
        ];
    }

    /// <summary>Of the file.</summary>
    public string Name { get; }

    public JsonElement Json => _json.RootElement;

    public IReadOnlyList<DashboardPanel> Panels { get; }

    public IReadOnlyList<DashboardVariable> Variables { get; }

    public static Dashboard Read(string path) =>
        new(Path.GetFileName(path), JsonDocument.Parse(File.ReadAllBytes(path)));

    /// <summary>A query as Grafana sends it: variables replaced.</summary>
    /// <param name="query">As it is written.</param>
    /// <param name="values">A value for each variable; those of the time range are known.</param>
    /// <param name="range">The time shown.</param>
    /// <param name="scrape">Between two scrapes.</param>
    /// <exception cref="FormatException">A variable that there is no value for.</exception>
    public static string Resolve(
        string query,
        IReadOnlyDictionary<string, string> values,
        TimeSpan range,
        TimeSpan scrape
    )
    {
        return Variable()
            .Replace(
                query,
                match =>
                    match.Groups["name"].Value switch
                    {
                        "__rate_interval" => $"{4 * scrape.TotalSeconds}s",
                        "__interval" => $"{scrape.TotalSeconds}s",
                        "__range" => $"{range.TotalSeconds}s",
                        var name => values.TryGetValue(name, out var value)
                            ? value
                            : throw new FormatException($"no variable {name}: {query}"),
                    }
            );
    }

    // A collapsed row has its panels inside.
    private static IEnumerable<JsonElement> PanelsOf(JsonElement parent) =>
        parent.TryGetProperty("panels", out var panels)
            ? panels.EnumerateArray().SelectMany(panel => PanelsOf(panel).Prepend(panel))
            : [];

    private static DashboardPanel Read(JsonElement panel)
    {
        var place = panel.GetProperty("gridPos");
        return new DashboardPanel(
            Text(panel, "title") ?? "",
            Text(panel, "type") ?? "",
            Text(panel, "description"),
            Text(panel.GetProperty("fieldConfig").GetProperty("defaults"), "unit"),
            (Number("x"), Number("y"), Number("w"), Number("h")),
            [.. panel.GetProperty("targets").EnumerateArray().Select(target => Text(target, "expr")!)]
        );

        int Number(string name) => place.GetProperty(name).GetInt32();
    }

    private static DashboardVariable ReadVariable(JsonElement variable)
    {
        var query = variable.GetProperty("query").GetProperty("query").GetString()!;
        var match = LabelValues().Match(query);
        return match.Success
            ? new DashboardVariable(
                Text(variable, "name")!,
                match.Groups["selector"].Value,
                match.Groups["label"].Value,
                variable.GetProperty("includeAll").GetBoolean() ? Text(variable, "allValue") ?? ".+" : null
            )
            : throw new FormatException($"not a query for values of a label: {query}");
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) ? value.GetString() : null;

    [GeneratedRegex(
        @"^label_values\((?<selector>.+), *(?<label>\w+)\)$",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 60_000
    )]
    private static partial Regex LabelValues();

    [GeneratedRegex(@"\$\{?(?<name>\w+)\}?", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 60_000)]
    private static partial Regex Variable();
}
