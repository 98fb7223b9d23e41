using System.Runtime.CompilerServices;

namespace NetMon.Testing.Monitoring;

/// <summary>Puts a dashboard's queries to a Prometheus, with all values chosen for every variable.</summary>
/// <param name="query">Answers an instant query.</param>
/// <param name="scrape">Between two scrapes.</param>
public sealed class DashboardRun(Func<string, IReadOnlyList<MetricSample>> query, TimeSpan scrape)
{
    private static readonly TimeSpan Range = TimeSpan.FromMinutes(1);

    /// <summary>Names of the dashboards' files, in order.</summary>
    public static IReadOnlyList<string> Files { get; } =
    [
        .. Directory
            .GetFiles(Folder(), "*.json")
            .Select(path => Path.GetFileName(path))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Queries put so far.</summary>
    public int Queries { get; private set; }

    public static Dashboard Open(string file) => Dashboard.Read(Path.Combine(Folder(), file));

    /// <summary>What got no data: variables without a value, and queries without a number.</summary>
    public IReadOnlyList<string> FindEmpty(string file)
    {
        var dashboard = Open(file);
        var empty = new List<string>();
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var variable in dashboard.Variables)
        {
            var selector = Dashboard.Resolve(variable.Selector, values, Range, scrape);
            var all = query($"count by ({variable.Label}) ({selector})");
            if (all.Count == 0)
            {
                empty.Add($"{file}: variable {variable.Name}");
            }

            values.Add(
                variable.Name,
                variable.AllValue ?? all.Select(series => series.Label(variable.Label)).FirstOrDefault("")
            );
        }

        foreach (var panel in dashboard.Panels)
        {
            foreach (var one in panel.Queries.Select(each => Dashboard.Resolve(each, values, Range, scrape)))
            {
                Queries++;
                if (!query(one).Any(series => !double.IsNaN(series.Value)))
                {
                    empty.Add($"{file}: {panel.Title}: {one}");
                }
            }
        }

        return empty;
    }

    private static string Folder([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../../dashboards"));
}
