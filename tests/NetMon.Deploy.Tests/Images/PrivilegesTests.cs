using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using NetMon.Deploy.Tests.Manifests;
using NetMon.Lab.ApiServer;
using NetMon.Lab.ApiServer.Objects;
using NetMon.Lab.Machines;
using NetMon.Testing.Lab;
using NetMon.Testing.Namespaces;

namespace NetMon.Deploy.Tests.Images;

/// <summary>What the manifests give the agent is enough, and each of it is needed.</summary>
[Collection(ImageFiles.Name)]
public sealed class PrivilegesTests(ImageFiles files) : IDisposable
{
    private readonly string _config = Path.GetTempFileName();
    private string? _root;

    public static TheoryData<string> Capabilities => ["BPF", "NET_ADMIN", "PERFMON"];

    public void Dispose()
    {
        File.Delete(_config);
        if (_root is not null)
        {
            Directory.Delete(_root, recursive: true);
        }
    }

    [SkippableFact]
    public void The_agent_observes_with_the_capabilities_and_the_read_only_root_of_the_manifests()
    {
        using var network = new LabNetwork();
        var (node, _) = Connect(network);
        using var agent = Start(node, Granted());
        using var api = node.CreateHttpClient(new Uri("http://127.0.0.1:9990"));
        Wait.Until(() => agent.HasExited || IsReady(api), "the agent to be ready");
        Assert.False(agent.HasExited, agent.Errors);
        node.Run("ping", "-c", "1", "-W", "30", "10.9.0.2");
        Wait.Until(
            () => Get(api, "/api/v1/flows").Contains("10.9.0.2", StringComparison.Ordinal),
            "the flow to be seen"
        );
        agent.Terminate();
        agent.WaitForExit();
        Assert.DoesNotContain("fail:", agent.Errors);
    }

    [SkippableFact]
    public async Task The_role_of_the_manifests_lets_it_see_all_that_it_asks_for()
    {
        using var network = new LabNetwork();
        var (node, _) = Connect(network);
        var rules = YamlObjects.Parse(Rendering.Kustomize())["ClusterRole/netmon-agent"]["rules"]!.AsArray();
        var (granted, refused) = (new ConcurrentDictionary<string, bool>(), new ConcurrentQueue<string>());
        await using var server = await KubeApiServer.StartAsync(
            new()
            {
                BindListenSocket = endpoint => node.Inside(() => Bind(endpoint)),
                Authorize = request =>
                {
                    var asked = $"{request.Verb} {request.Resource}.{request.Group}";
                    var isGranted = IsGranted(rules, request);
                    if (isGranted)
                    {
                        granted[asked] = true;
                    }
                    else
                    {
                        refused.Enqueue(asked);
                    }

                    return isGranted;
                },
            }
        );
        server.Apply(ObjectBuilder.Node("node-1", ["10.9.0.1"], ["10.9.0.0/24"]));
        server.Apply(
            ObjectBuilder.Pod(
                new PodDescription
                {
                    Name = "web-0",
                    Namespace = "shop",
                    Node = "node-1",
                    Addresses = ["10.9.0.2"],
                }
            )
        );
        MountServiceAccount(server);
        using var agent = Start(
            node,
            Granted(),
            "NODE_NAME=node-1",
            "KUBERNETES_SERVICE_HOST=127.0.0.1",
            $"KUBERNETES_SERVICE_PORT={server.Addresses[0].Port}"
        );
        using var api = node.CreateHttpClient(new Uri("http://127.0.0.1:9990"));
        Wait.Until(() => agent.HasExited || IsReady(api), "the agent to be ready");
        Assert.False(agent.HasExited, agent.Errors);
        Wait.Until(
            () => granted.Count(asked => asked.Key.StartsWith("watch ", StringComparison.Ordinal)) == 7,
            "seven watches"
        );
        node.Run("ping", "-c", "1", "-W", "30", "10.9.0.2");
        Wait.Until(
            () => Get(api, "/api/v1/flows").Contains("web-0", StringComparison.Ordinal),
            "the pod's name"
        );
        Assert.Empty(refused);
    }

    [SkippableTheory]
    [MemberData(nameof(Capabilities))]
    public void Without_any_one_of_the_capabilities_it_does_not_start(string missing)
    {
        using var network = new LabNetwork();
        var (node, _) = Connect(network);
        using var agent = Start(node, [.. Granted().Where(name => name != missing)]);
        agent.WaitForExit(success: false);
        Assert.Equal(5, agent.ExitCode);
        Assert.Contains($"missing: CAP_{missing} (", agent.Errors);
    }

    private LabProcess Start(NetworkNamespace node, string[] capabilities, params string[] environment)
    {
        _root ??= ImageFiles.Copy();
        var objects = YamlObjects.Parse(Rendering.Kustomize());
        File.WriteAllText(_config, (string)objects["ConfigMap/netmon-agent"]["data"]!["netmon.yaml"]!);
        return node.Start(
            "env",
            [
                .. environment,
                "unshare",
                "--mount",
                Path.Combine(Rendering.Root, "tests/NetMon.Deploy.Tests/Images/contain.sh"),
                _root,
                _config,
                string.Join(',', capabilities.Select(name => $"cap_{name.ToLowerInvariant()}")),
                .. Rendering.Container()["args"]!.AsArray().Select(argument => (string)argument!),
            ]
        );
    }

    /// <summary>What a kubelet puts into the container of a pod with a service account.</summary>
    private void MountServiceAccount(KubeApiServer server)
    {
        var folder = Path.Combine(
            _root ??= ImageFiles.Copy(),
            "var/run/secrets/kubernetes.io/serviceaccount"
        );
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "token"), server.Token);
        File.WriteAllText(Path.Combine(folder, "ca.crt"), server.CertificateAuthority);
        File.WriteAllText(Path.Combine(folder, "namespace"), "netmon");
    }

    private static bool IsGranted(JsonArray rules, AccessRequest request) =>
        rules.Any(rule =>
            Texts(rule!["apiGroups"]).Contains(request.Group)
            && Texts(rule["resources"]).Contains(request.Resource)
            && Texts(rule["verbs"]).Contains(request.Verb)
        );

    private static IEnumerable<string> Texts(JsonNode? list) => list!.AsArray().Select(item => (string)item!);

    private static string[] Granted() =>
        [
            .. Rendering.Container()["securityContext"]!["capabilities"]!["add"]!
                .AsArray()
                .Select(name => (string)name!),
        ];

    private (NetworkNamespace Node, NetworkNamespace Pod) Connect(LabNetwork network)
    {
        LabRequirements.SkipIfMissing("capsh", "unshare", "ping");
        files.RequireGathered();
        var (node, pod) = (network.AddNamespace("node"), network.AddNamespace("pod"));
        node.Run("ip", "link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", pod.Name);
        foreach (var (space, address) in new[] { (node, "10.9.0.1/24"), (pod, "10.9.0.2/24") })
        {
            space.Run("ip", "address", "add", address, "dev", "eth0");
            space.Run("ip", "link", "set", "eth0", "up");
            space.Run("ip", "link", "set", "lo", "up");
        }

        return (node, pod);
    }

    private static Socket Bind(EndPoint endpoint)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(endpoint);
        return socket;
    }

    private static bool IsReady(HttpClient api)
    {
        try
        {
            using var answer = api.Send(new HttpRequestMessage(HttpMethod.Get, "/readyz"));
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static string Get(HttpClient api, string path)
    {
        using var answer = api.Send(new HttpRequestMessage(HttpMethod.Get, path));
        using var reader = new StreamReader(answer.Content.ReadAsStream());
        return reader.ReadToEnd();
    }
}
