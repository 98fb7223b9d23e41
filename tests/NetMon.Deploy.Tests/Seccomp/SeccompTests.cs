using System.Net;
using System.Text.Json.Nodes;
using NetMon.Deploy.Tests.Manifests;
using NetMon.Lab.Agents;
using NetMon.Lab.Machines;
using NetMon.Testing.Lab;

namespace NetMon.Deploy.Tests.Seccomp;

/// <summary>The profile that is shipped lets the agent do all that it does, and what it serves on is what the documents say.</summary>
public sealed class SeccompTests : IDisposable
{
    // BPF, PERFMON, SYSLOG, NET_ADMIN, NET_BROADCAST, DAC_READ_SEARCH: linux/capability.h.
    private const ulong Kept = 1ul << 39 | 1ul << 38 | 1ul << 34 | 1ul << 12 | 1ul << 11 | 1ul << 2;

    private const string Refused = "unshare";

    private readonly string _folder = Directory.CreateTempSubdirectory("netmon-seccomp-").FullName;

    private static string Profile => Path.Combine(Rendering.Root, "deploy/seccomp/netmon.json");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [SkippableFact]
    public void Under_the_profile_the_agent_captures_attaches_and_serves_and_nothing_is_refused()
    {
        using var network = new LabNetwork();
        var node = Connect(network);
        var loader = BuildLoader();
        using var agent = node.Start(
            loader,
            Path.Combine(_folder, "filter"),
            AgentBinary.Find(),
            "agent",
            "--listen",
            "127.0.0.1:9990",
            "--state-dir",
            Path.Combine(_folder, "state"),
            "--bpf-dir",
            "",
            "--interval",
            "1s"
        );
        using var api = node.CreateHttpClient(new Uri("http://127.0.0.1:9990"));
        Wait.Until(() => agent.HasExited || Get(api, "/readyz") is not null, "the agent to be ready");
        Assert.False(agent.HasExited, agent.Errors);
        var threads = Threads(agent.Id);
        Assert.NotEmpty(threads);
        foreach (var status in threads)
        {
            Assert.Contains("Seccomp:\t2", status);
            // What it was started with as root, and has no use for, is gone for good.
            Assert.Contains($"CapEff:\t{Kept:x16}", status);
            Assert.Contains($"CapBnd:\t{Kept:x16}", status);
            Assert.Contains("NoNewPrivs:\t1", status);
        }

        node.Run("ping", "-c", "1", "-W", "30", "10.9.0.2");
        Wait.Until(() => Get(api, "/api/v1/flows")?.Contains("10.9.0.2") == true, "the flow to be seen");
        // An interface that comes later is attached to, with what was kept.
        node.Run("ip", "link", "add", "late0", "type", "veth", "peer", "name", "late1");
        node.Run("ip", "link", "set", "late0", "up");
        node.Run("ip", "address", "add", "10.8.0.1/24", "dev", "late0");
        Wait.Until(
            () =>
                Get(api, "/readyz") is { } ready
                && JsonNode.Parse(ready)!["interfaces"]!.GetValue<int>() >= 2,
            "the new interface"
        );
        // What this machine itself lacks may degrade a feature; the profile must not.
        Assert.DoesNotContain("not permitted", Get(api, "/readyz"));
        Assert.Equal(["127.0.0.1:9990"], Listening(node));
        agent.Terminate();
        agent.WaitForExit();
        Assert.DoesNotContain("fail:", agent.Errors);
        Assert.DoesNotContain("not permitted", agent.Errors);
    }

    [SkippableFact]
    public void The_profile_refuses_what_it_does_not_name()
    {
        using var network = new LabNetwork();
        var node = Connect(network);
        var loader = BuildLoader();
        var refused = node.Start(
            loader,
            Path.Combine(_folder, "filter"),
            $"/usr/bin/{Refused}",
            "--net",
            "true"
        );
        refused.WaitForExit(success: false);
        Assert.Contains("Operation not permitted", refused.Errors);
    }

    [SkippableFact]
    public void Manifests_and_chart_take_the_profile_when_asked_to()
    {
        var plain = YamlObjects.Parse(Rendering.Kustomize("seccomp"));
        var chart = YamlObjects.Parse(
            Rendering.Helm("agent: {seccompProfile: {type: Localhost, localhostProfile: netmon.json}}")
        );
        foreach (var objects in new[] { plain, chart })
        {
            var pod = objects["DaemonSet/netmon-agent"]["spec"]!["template"]!["spec"]!;
            var profile = pod["securityContext"]!["seccompProfile"]!;
            Assert.Equal("Localhost", (string?)profile["type"]);
            Assert.Equal("netmon.json", (string?)profile["localhostProfile"]);
        }
    }

    /// <summary>Where sockets of the namespace wait for others, TCP and UDP; nobody but the agent is in it.</summary>
    private static string[] Listening(NetworkNamespace node) =>
        [
            .. node.Run("ss", "-H", "-l", "-n", "-t", "-u")
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[4]),
        ];

    private string BuildLoader()
    {
        var loader = Path.Combine(_folder, "loader");
        var source = Path.Combine(Rendering.Root, "tests/NetMon.Deploy.Tests/Seccomp/loader.c");
        Command.Run("clang", "-O1", "-o", loader, source);
        File.WriteAllBytes(
            Path.Combine(_folder, "filter"),
            SeccompFilter.Compile(JsonNode.Parse(File.ReadAllText(Profile))!)
        );
        return loader;
    }

    private static NetworkNamespace Connect(LabNetwork network)
    {
        LabRequirements.SkipIfMissing("clang", "ping", "ss", Refused);
        var (node, pod) = (network.AddNamespace("node"), network.AddNamespace("pod"));
        node.Run("ip", "link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", pod.Name);
        foreach (var (space, address) in new[] { (node, "10.9.0.1/24"), (pod, "10.9.0.2/24") })
        {
            space.Run("ip", "address", "add", address, "dev", "eth0");
            space.Run("ip", "link", "set", "eth0", "up");
            space.Run("ip", "link", "set", "lo", "up");
        }

        return node;
    }

    /// <summary>The status of each thread, without those that end while it is read.</summary>
    private static List<string> Threads(int process)
    {
        var threads = new List<string>();
        foreach (var thread in Directory.GetDirectories($"/proc/{process}/task"))
        {
            try
            {
                threads.Add(File.ReadAllText(Path.Combine(thread, "status")));
            }
            catch (IOException)
            {
                // It ended.
            }
        }

        return threads;
    }

    /// <returns>Null while there is no answer, or one that says no.</returns>
    private static string? Get(HttpClient api, string path)
    {
        try
        {
            using var answer = api.Send(new HttpRequestMessage(HttpMethod.Get, path));
            using var reader = new StreamReader(answer.Content.ReadAsStream());
            return answer.StatusCode == HttpStatusCode.OK ? reader.ReadToEnd() : null;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }
}
