using System.Text.Json;
using NetMon.Terminal.Documents;

namespace NetMon.Terminal.Status;

/// <summary>An agent's state as lines: at most <see cref="MaxLines"/>, so that a terminal of 24 lines holds them and a prompt.</summary>
/// <remarks>A label, and what there is to say of it; more than one line only where something is wrong.</remarks>
internal sealed class StatusScreen(JsonElement status, TerminalOutput output)
{
    public const int MaxLines = 22;

    private const int LabelWidth = 12;
    private const int MaxTroubles = 5;
    private const int MaxLosses = 4;

    private readonly List<StyledLine> _lines = [];

    /// <summary>Reads the answer.</summary>
    public static IReadOnlyList<StyledLine> Of(JsonElement status, TerminalOutput output) =>
        new StatusScreen(status, output).Build();

    private List<StyledLine> Build()
    {
        AddTitle();
        AddHealth();
        AddFeatures();
        AddInterfaces();
        AddTraffic();
        AddLosses();
        AddCluster();
        AddState();
        AddResources();
        return _lines;
    }

    private void AddTitle() =>
        Line()
            .Add($"netmon {status.Text("version")}", TextStyle.Strong)
            .Add($" ({Short(status.Text("commit"))}) on ")
            .Add(status.Text("node"), TextStyle.Strong)
            .Add(
                $", up {Age(status.Number("uptime_seconds"))}, pid {status.Number("pid"):0}, Linux {status.Text("kernel")}"
            );

    private void AddHealth()
    {
        var health = status.Member("health");
        var reasons = health.Texts("reasons").ToArray();
        var line = Labelled("Health");
        if (!health.Is("ready"))
        {
            line.Add("not ready", TextStyle.Failure);
        }
        else
        {
            line.Add("ready", TextStyle.Strong);
            line.Add(reasons.Length > 0 ? ", but not all is as it should be:" : "");
        }

        var style = health.Is("ready") ? TextStyle.Notice : TextStyle.Failure;
        foreach (var reason in reasons.Take(MaxTroubles))
        {
            Labelled("").Add(reason, style);
        }

        if (reasons.Length > MaxTroubles)
        {
            Labelled("").Add($"and {reasons.Length - MaxTroubles} more: see -o json", TextStyle.Quiet);
        }
    }

    private void AddFeatures()
    {
        var line = Labelled("Features");
        var separator = "";
        foreach (
            var (word, style) in new[]
            {
                ("on", TextStyle.Plain),
                ("degraded", TextStyle.Notice),
                ("off", TextStyle.Quiet),
            }
        )
        {
            var names = status
                .Items("features")
                .Where(feature => feature.Text("status") == word)
                .Select(feature => feature.Text("name"))
                .ToArray();
            if (names.Length > 0)
            {
                line.Add($"{separator}{word}: ", TextStyle.Quiet).Add(string.Join(' ', names), style);
                separator = "  ";
            }
        }
    }

    private void AddInterfaces()
    {
        var interfaces = status.Member("interfaces");
        var line = Labelled("Interfaces")
            .Add(
                $"{interfaces.Number("observed"):0} observed: {interfaces.Number("pod"):0} of pods, {interfaces.Number("uplink"):0} uplinks, {interfaces.Number("other"):0} other"
            );
        var failed = interfaces.Items("failed").ToArray();
        if (failed.Length > 0)
        {
            var names = string.Join(' ', failed.Take(3).Select(failure => failure.Text("name")));
            line.Add($"; {failed.Length} failed: {names}", TextStyle.Failure);
        }
    }

    private void AddTraffic()
    {
        var rates = status.Member("rates");
        var totals = status.Member("totals");
        var flows = status.Member("flows");
        var sampling = status.Number("sampling_rate") ?? 1;
        Labelled("Traffic")
            .Add($"{Count(rates, "packets")} packets/s", TextStyle.Strong)
            .Add("  ")
            .Add($"{Bytes(rates, "bytes")}/s", TextStyle.Strong)
            .Add("  ")
            .Add($"{Count(rates, "flows")} new flows/s", TextStyle.Strong)
            .Add($"  over {rates.Number("window_seconds"):0} s", TextStyle.Quiet);
        Labelled("")
            .Add(
                $"{Count(totals, "packets")} packets  {Bytes(totals, "bytes")}  {Count(totals, "flows")} flows since the start"
            );
        var line = Labelled("Flows").Add($"{Count(flows, "active")} active of {Count(flows, "max")}");
        line.Add(
            sampling > 1 ? $"; one of {sampling:0} is counted, figures are scaled" : "; every one is counted",
            sampling > 1 ? TextStyle.Notice : TextStyle.Quiet
        );
        Labelled("Drops")
            .Add(
                $"{Count(rates, "drops")}/s, {Count(totals, "drops")} since the start",
                rates.Number("drops") > 0 ? TextStyle.Notice : TextStyle.Plain
            );
    }

    private void AddLosses()
    {
        var losses = status.Items("losses").Where(loss => loss.Number("count") > 0).ToArray();
        if (losses.Length == 0)
        {
            Labelled("Losses").Add("none", TextStyle.Plain);
            return;
        }

        var label = "Losses";
        foreach (var loss in losses.Take(MaxLosses))
        {
            Labelled(label).Add($"{Count(loss, "count")} ", TextStyle.Notice).Add(loss.Text("what"));
            label = "";
        }
    }

    private void AddCluster()
    {
        var cluster = status.Member("cluster");
        var line = Labelled("Cluster");
        if (cluster.Text("mode") != "kubernetes")
        {
            line.Add("none: a host by itself", TextStyle.Quiet);
            return;
        }

        line.Add(
                cluster.Is("synced") ? "synced" : "not synced",
                cluster.Is("synced") ? TextStyle.Strong : TextStyle.Failure
            )
            .Add($" with {cluster.Text("server")}");
        if (cluster.Number("age_seconds") is { } age)
        {
            line.Add($", heard from {Age(age)} ago", age > 120 ? TextStyle.Notice : TextStyle.Plain);
        }

        Labelled("")
            .Add(
                $"{cluster.Number("pods"):0} pods, {cluster.Number("services"):0} services, {cluster.Number("nodes"):0} nodes"
            );
    }

    private void AddState()
    {
        var state = status.Member("state");
        var directory = state.Text("directory");
        var pins = state.Text("bpf_directory");
        Labelled("State")
            .Add(directory.Length > 0 ? $"in {directory}" : "none is kept")
            .Add(pins.Length > 0 ? $", pins in {pins}" : ", nothing is pinned");
    }

    private void AddResources()
    {
        var resources = status.Member("resources");
        Labelled("Uses")
            .Add(
                $"{Bytes(resources, "memory_bytes")} memory ({Bytes(resources, "managed_bytes")} managed), {Bytes(resources, "map_memory_bytes")} in kernel maps, {resources.Number("cpu_percent"):0.0}% of a core"
            );
    }

    private StyledLine Line()
    {
        var line = new StyledLine(output.Colour, output.Width());
        _lines.Add(line);
        return line;
    }

    private StyledLine Labelled(string label) => Line().Add(label, TextStyle.Quiet).PadTo(LabelWidth);

    private static string Count(JsonElement from, string name) =>
        from.Number(name) is { } count ? HumanUnits.Count(count) : "?";

    private static string Bytes(JsonElement from, string name) =>
        from.Number(name) is { } bytes ? HumanUnits.Bytes(bytes) : "?";

    private static string Age(double? seconds) =>
        seconds is { } age ? HumanUnits.Age(TimeSpan.FromSeconds(age)) : "?";

    private static string Short(string commit) => commit.Length > 9 ? commit[..9] : commit;
}
