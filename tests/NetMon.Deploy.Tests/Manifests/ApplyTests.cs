using System.Text.Json.Nodes;
using NetMon.Lab.Agents;
using NetMon.Lab.ApiServer;
using NetMon.Lab.Machines;
using NetMon.Testing.Namespaces;

namespace NetMon.Deploy.Tests.Manifests;

public sealed class ApplyTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("netmon-apply-").FullName;
    private KubeApiServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await KubeApiServer.StartAsync();
        await File.WriteAllTextAsync(Path.Combine(_folder, "kubeconfig"), _server.Kubeconfig);
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [SkippableTheory]
    [InlineData("kustomize")]
    [InlineData("helm")]
    public void Kubectl_would_apply_all_of_it(string from)
    {
        var yaml = Render(from);
        var said = Kubectl("apply", "--dry-run=client", "--validate=false", "-f", yaml);
        Assert.Equal(9, said.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains("daemonset.apps/netmon-agent created (dry run)", said);
        Assert.Null(_server.Get("daemonsets", "netmon", "netmon-agent"));
    }

    [SkippableFact]
    public void Kubectl_applies_all_of_it_twice_and_deletes_it()
    {
        var yaml = Render("kustomize");
        Kubectl("apply", "--validate=false", "-f", yaml);
        Assert.NotNull(_server.Get("daemonsets", "netmon", "netmon-agent"));
        var again = Kubectl("apply", "--validate=false", "-f", yaml);
        Assert.DoesNotContain("created", again);
        Kubectl("delete", "-f", yaml);
        Assert.Null(_server.Get("daemonsets", "netmon", "netmon-agent"));
    }

    /// <summary>The listening address is wrong on purpose: the agent checks everything, names all that is wrong, and does not start.</summary>
    [SkippableFact]
    public void The_agent_takes_the_settings_of_the_config_map()
    {
        var objects = YamlObjects.Parse(Rendering.Kustomize());
        var file = Path.Combine(_folder, "netmon.yaml");
        File.WriteAllText(file, (string)objects["ConfigMap/netmon-agent"]["data"]!["netmon.yaml"]!);
        using var agent = LabProcess.Start(
            AgentBinary.Find(),
            ["agent", "--config", file, "--interval", "0s"]
        );
        agent.WaitForExit(success: false);
        Assert.Equal(2, agent.ExitCode);
        Assert.StartsWith("--interval: flow.interval", agent.Errors);
        Assert.Single(agent.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [SkippableFact]
    public void The_role_lets_nothing_be_changed_and_nothing_secret_be_read()
    {
        var rules = YamlObjects.Parse(Rendering.Kustomize())["ClusterRole/netmon-agent"]["rules"]!.AsArray();
        Assert.All(rules, rule => Assert.Equal("list watch", string.Join(' ', Texts(rule!["verbs"]))));
        var resources = rules.SelectMany(rule => Texts(rule!["resources"])).Order(StringComparer.Ordinal);
        Assert.Equal(
            ["endpointslices", "jobs", "namespaces", "nodes", "pods", "replicasets", "services"],
            resources
        );
    }

    private static IEnumerable<string> Texts(JsonNode? list) => list!.AsArray().Select(item => (string)item!);

    private string Render(string from)
    {
        var file = Path.Combine(_folder, "objects.yaml");
        File.WriteAllText(
            file,
            from == "helm"
                ? Rendering.Helm("namespace: {create: true}\nmonitor: {enabled: true}")
                : Rendering.Kustomize("podmonitor")
        );
        return file;
    }

    private string Kubectl(params string[] arguments) =>
        Command.Run(
            "kubectl",
            ["--kubeconfig", Path.Combine(_folder, "kubeconfig"), "--cache-dir", _folder, .. arguments]
        );
}
