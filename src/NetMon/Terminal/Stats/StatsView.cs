using System.Globalization;
using System.Text;
using System.Text.Json;
using NetMon.Client;
using NetMon.Terminal.Documents;
using NetMon.Terminal.Flows;
using NetMon.Terminal.Tables;

namespace NetMon.Terminal.Stats;

/// <summary>What <c>netmon stats</c> shows: a table or two for each subject.</summary>
internal sealed class StatsView(AgentClient client, TerminalOutput output, OutputFormat format)
{
    /// <summary>What can be asked about, in the order in which it is shown.</summary>
    public static readonly string[] Subjects = ["flows", "bpf", "kubernetes", "memory"];

    private bool _any;

    /// <param name="subjects">Some of <see cref="Subjects"/>; none: all.</param>
    /// <param name="seconds">How long programs are measured.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task ShowAsync(
        IReadOnlyCollection<string> subjects,
        double seconds,
        CancellationToken cancellationToken
    )
    {
        var about = subjects.Count == 0 ? Subjects : subjects;
        var query = string.Join('&', about.Select(subject => $"about={subject}"));
        var measure = seconds.ToString(CultureInfo.InvariantCulture);
        using var answer = await client.GetAsync(
            $"api/v1/stats?{query}&measure={measure}",
            cancellationToken
        );
        if (DocumentPrinter.For(format, output) is { } printer)
        {
            printer.PrintAll(Encoding.UTF8.GetBytes(answer.RootElement.GetRawText()));
            return;
        }

        foreach (var subject in Subjects)
        {
            if (answer.RootElement.Member(subject) is { ValueKind: JsonValueKind.Object } figures)
            {
                Show(subject, figures);
            }
        }
    }

    private void Show(string subject, JsonElement figures)
    {
        switch (subject)
        {
            case "flows":
                ShowRates(figures.Member("rates"));
                ShowCounters("counters", figures);
                break;
            case "bpf":
                ShowBpf(figures);
                break;
            case "kubernetes":
                ShowKubernetes(figures);
                break;
            default:
                Heading("memory");
                Print([.. MemoryRows.Of(figures)], StatsColumns.Sizes);
                ShowCounters("tables", figures);
                break;
        }
    }

    private void ShowRates(JsonElement rates) =>
        Heading(
            $"flows: {HumanUnits.Count(rates.Number("packets") ?? 0)} packets/s, {HumanUnits.Bytes(rates.Number("bytes") ?? 0)}/s, {HumanUnits.Count(rates.Number("flows") ?? 0)} new flows/s, {HumanUnits.Count(rates.Number("drops") ?? 0)} drops/s over {rates.Number("window_seconds"):0} s"
        );

    private void ShowCounters(string title, JsonElement figures)
    {
        var all = figures.Items("counters").ToArray();
        var shown =
            format == OutputFormat.Wide ? all : [.. all.Where(counter => counter.Number("value") != 0)];
        var left = all.Length - shown.Length;
        Heading(left > 0 ? $"{title} ({left} that are 0 are left out: -o wide)" : title);
        Print(shown, StatsColumns.Counters);
    }

    private void ShowBpf(JsonElement figures)
    {
        if (figures.Text("error") is { Length: > 0 } error)
        {
            Heading($"bpf: {error}");
            return;
        }

        var seconds = figures.Number("measured_seconds") ?? 0;
        Heading(
            seconds > 0
                ? $"programs, measured over {seconds:0.0} s; the kernel's run statistics were on {HowOn(figures.Text("statistics"))}"
                : $"programs, not measured: {figures.Text("statistics")}"
        );
        Print([.. figures.Items("programs")], StatsColumns.Programs);
        Heading($"maps: {HumanUnits.Bytes(figures.Number("map_memory_bytes") ?? 0)} of kernel memory");
        Print([.. figures.Items("maps")], StatsColumns.Maps);
    }

    private static string HowOn(string statistics) =>
        statistics.StartsWith("kernel.", StringComparison.Ordinal) ? $"anyway ({statistics})" : statistics;

    private void ShowKubernetes(JsonElement figures)
    {
        if (figures.Text("mode") != "kubernetes")
        {
            Heading("kubernetes: the agent watches a host by itself");
            return;
        }

        Heading(
            $"kubernetes: {(figures.Is("synced") ? "synced" : "not synced")} with {figures.Text("server")} ({figures.Text("access")})"
        );
        Print([.. figures.Items("resources")], StatsColumns.Resources);
    }

    private void Heading(string text)
    {
        var line = new StyledLine(output.Colour, output.Width());
        line.Add(text, TextStyle.Strong);
        var lines = new StringBuilder(_any ? "\n" : "");
        line.AppendTo(lines);
        output.Write(lines.Append('\n'));
        _any = true;
    }

    private void Print<T>(IReadOnlyList<T> rows, IReadOnlyList<Column<T>> columns) =>
        FlowListPrinter.Print(rows, columns, output);
}
