using System.Globalization;
using System.Text.Json;
using NetMon.Testing.Lab;

namespace NetMon.EndToEnd.Lifecycle;

/// <summary>An agent whose settings change while it runs: by a ConfigMap's link, a signal, a command; and by a file that is wrong.</summary>
public sealed class Reload : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("nm-e2e-reload-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [SkippableFact]
    public void What_can_change_does_at_once_and_a_wrong_file_changes_nothing()
    {
        LabRequirements.SkipIfMissing("kill", "mv");
        using var lab = new TwoHosts(offloads: false);
        var path = Path.Combine(_folder, "netmon.yaml");
        File.CreateSymbolicLink(path, "..data/netmon.yaml");
        Publish("..1", "flow: {max_flows: 5000}\n");
        using var agent = AgentProcess.Start(lab.Host, "--config", path, "--state-dir", _folder);
        var observed = Interfaces(agent);

        // The interface is let go; what takes a restart is said.
        Publish("..2", $"flow: {{max_flows: 7000}}\ncapture: {{exclude: [{lab.HostInterface.Name}]}}\n");
        Wait.Until(() => Interfaces(agent) == observed - 1, "the interface to be let go");
        Wait.Until(
            () => agent.ReadMetrics().Sum("netmon_config_reloads_total", ("result", "accepted")) == 1,
            "the reload"
        );
        Assert.Equal(1, agent.ReadMetrics().Sum("netmon_config_restart_pending"));
        Assert.Contains("restarted for flow.max_flows", Ready(agent).ToString(), StringComparison.Ordinal);
        Assert.Equal("5000", Config("get", "flow.max_flows").Output);

        // Every error is said, and what was before stays.
        Publish("..3", "capture: {exclude: [], attach: glue}\nlog: {levle: info}\n");
        Wait.Until(
            () => agent.ReadMetrics().Sum("netmon_config_last_reload_successful") == 0,
            "the file to be refused"
        );
        foreach (var error in new[] { ":1:32: capture.attach: 'glue'", ":2:14: log.levle: unknown setting" })
        {
            Wait.Until(
                () => agent.Log.Contains(path + error, StringComparison.Ordinal),
                $"'{error}' in the log"
            );
        }

        Assert.Equal(observed - 1, Interfaces(agent));

        // A signal reads it again, though it is the same.
        Run("kill", "-HUP", agent.Id.ToString(CultureInfo.InvariantCulture));
        Wait.Until(
            () => agent.ReadMetrics().Sum("netmon_config_reloads_total", ("result", "refused")) == 2,
            "the file to be refused again"
        );

        // A command changes it without a file, if it may be changed.
        Assert.Equal(0, Config("set", "capture.exclude=").ExitCode);
        Wait.Until(() => Interfaces(agent) == observed, "the interface to be observed again");
        Assert.Contains(
            "takes a restart",
            Config("set", "flow.max_flows=1").Errors,
            StringComparison.Ordinal
        );

        Publish("..4", "flow: {max_flows: 5000}\n");
        Wait.Until(
            () => agent.ReadMetrics().Sum("netmon_config_last_reload_successful") == 1,
            "the file to be taken"
        );
        Assert.Equal(0, agent.ReadMetrics().Sum("netmon_config_restart_pending"));
        Assert.Equal(0, agent.Stop());
    }

    private void Publish(string version, string text)
    {
        Directory.CreateDirectory(Path.Combine(_folder, version));
        File.WriteAllText(Path.Combine(_folder, version, "netmon.yaml"), text);
        var link = Path.Combine(_folder, "..data_tmp");
        File.CreateSymbolicLink(link, version);
        Run("mv", "-T", link, Path.Combine(_folder, "..data"));
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = LabProcess.Start(program, arguments);
        process.WaitForExit();
    }

    private LabProcess Config(params string[] arguments)
    {
        var process = LabProcess.Start(
            AgentBinary.Find(),
            ["config", .. arguments, "--server", $"unix:{Path.Combine(_folder, "netmon.sock")}"]
        );
        return process.WaitForExit(success: false);
    }

    private static int Interfaces(AgentProcess agent) => Ready(agent).GetProperty("interfaces").GetInt32();

    // Not ready without an interface: then the status is 503, and the body the same.
    private static JsonElement Ready(AgentProcess agent)
    {
        using var client = agent.Namespace.CreateHttpClient(new Uri($"http://{agent.Address}"));
        using var answer = client.Send(new HttpRequestMessage(HttpMethod.Get, "/readyz"));
        using var json = JsonDocument.Parse(answer.Content.ReadAsStream());
        return json.RootElement.Clone();
    }
}
