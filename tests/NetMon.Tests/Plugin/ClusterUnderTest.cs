using System.Net;
using System.Net.Sockets;
using NetMon.Lab.ApiServer;
using NetMon.Lab.ApiServer.Objects;
using NetMon.Plugin;
using NetMon.Tests.Terminal;
using NetMon.Verbs;

namespace NetMon.Tests.Plugin;

/// <summary>An API server over real HTTPS, with an agent's API behind the pod of each node.</summary>
internal sealed class ClusterUnderTest : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("netmon-plugin-").FullName;
    private readonly Dictionary<string, FakeAgent> _agents = new(StringComparer.Ordinal);
    private KubeApiServer _server = null!;

    public CapturedOutput Output { get; } = new();

    public string Kubeconfig => Path.Combine(_folder, "kubeconfig");

    /// <summary>By node.</summary>
    public IReadOnlyDictionary<string, FakeAgent> Agents => _agents;

    public KubeApiServer Server => _server;

    /// <param name="allowed">Whether a user may do something; null: everything.</param>
    /// <param name="nodes">Those that have an agent.</param>
    public static async Task<ClusterUnderTest> StartAsync(
        Func<AccessRequest, bool>? allowed,
        params string[] nodes
    )
    {
        var test = new ClusterUnderTest();
        test._server = await KubeApiServer.StartAsync(
            new KubeApiServerOptions { Authorize = allowed, DialPod = test.DialAsync }
        );
        await File.WriteAllTextAsync(test.Kubeconfig, test._server.Kubeconfig);
        foreach (var node in nodes)
        {
            test._agents[node] = await FakeAgent.StartAsync();
            test.AddPod("netmon", $"agent-{node}", node);
        }

        return test;
    }

    /// <summary>A pod of an agent, whether there is an agent or not.</summary>
    public void AddPod(string space, string name, string node) =>
        _server.Apply(
            ObjectBuilder.Pod(
                new PodDescription
                {
                    Namespace = space,
                    Name = name,
                    Node = node,
                    Addresses = ["10.1.0.1"],
                    HostNetwork = true,
                    Labels = new Dictionary<string, string>(StringComparer.Ordinal)
                    {
                        ["app.kubernetes.io/name"] = "netmon",
                        ["app.kubernetes.io/component"] = "agent",
                    },
                }
            )
        );

    /// <summary>As <c>kubectl netmon ARGUMENTS</c>.</summary>
    public async Task<int> RunAsync(CancellationToken stop, params string[] arguments)
    {
        var root = new PluginCommand();
        root.Add(FlowsVerb.Create(() => Output.Target));
        root.Add(DropsVerb.Create(() => Output.Target));
        root.Add(EventsVerb.Create(() => Output.Target));
        root.Add(StatusVerb.Create(() => Output.Target));
        root.Add(StatsVerb.Create(() => Output.Target));
        root.Add(DetachVerb.Create());
        string[] all = [.. arguments, "--kubeconfig", Kubeconfig];
        return root.TryTake(all, Output.Target, out var rest)
            ? await root.Parse(rest).InvokeAsync(cancellationToken: stop)
            : ExitCode.Usage;
    }

    public Task<int> RunAsync(params string[] arguments) => RunAsync(CancellationToken.None, arguments);

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        foreach (var agent in _agents.Values)
        {
            await agent.DisposeAsync();
        }

        Output.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<Stream> DialAsync(PodTarget pod, CancellationToken stop)
    {
        var node = pod.Pod.Replace("agent-", "", StringComparison.Ordinal);
        if (!_agents.TryGetValue(node, out var agent))
        {
            throw new IOException("connection refused");
        }

        Assert.Equal(9990, pod.Port);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, agent.Address.Port, stop);
        return new NetworkStream(socket, ownsSocket: true);
    }
}
