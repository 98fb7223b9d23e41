using System.Net;
using System.Text.Json.Nodes;
using NetMon.Lab.Agents;
using NetMon.Lab.ApiServer;
using NetMon.Lab.ApiServer.Objects;
using NetMon.Lab.Machines;
using NetMon.Lab.Monitoring;
using NetMon.Lab.Network;
using NetMon.Lab.Pods;
using NetMon.Lab.Proxy;
using NetMon.Lab.Services;
using AspNetTransport = Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets.SocketTransportOptions;

namespace NetMon.Lab.Cluster;

/// <summary>A cluster on one machine: nodes, pods, services, an API server, and what watches them. Thread-safe.</summary>
public sealed class LabCluster : IAsyncDisposable
{
    public const string AgentNamespace = "netmon";

    /// <summary>Name of the node of API server and Prometheus.</summary>
    public const string ControlPlane = "control-plane";
    private const int ApiPort = 6443;
    private const int AgentPort = 9990;

    private static readonly Dictionary<string, string> AgentLabels = new(StringComparer.Ordinal)
    {
        ["app.kubernetes.io/name"] = "netmon",
        ["app.kubernetes.io/component"] = "agent",
    };

    private readonly LabHome _home;
    private readonly LabOptions _options;
    private readonly Kubelet _kubelet;
    private readonly ServiceSet _services;
    private readonly List<LabPod> _pods = [];
    private readonly Dictionary<LabNode, AgentProcess> _agents = [];
    private readonly Lock _lock = new();
    private PrometheusServer? _prometheus;

    private LabCluster(LabHome home, ClusterNetwork network, KubeApiServer api, LabOptions options)
    {
        _home = home;
        _options = options;
        Network = network;
        Api = api;
        Workloads = new WorkloadObjects(api);
        _services = new ServiceSet(api, network, options.Proxy);
        _kubelet = new Kubelet(
            api,
            network,
            Workloads,
            new PodCgroups(home.Cgroup, options.Cgroups),
            Path.Combine(home.Folder, "resolv.conf")
        );
    }

    public ClusterNetwork Network { get; }

    public IReadOnlyList<LabNode> Nodes => Network.Nodes;

    /// <summary>The world outside of the cluster.</summary>
    public NetworkNamespace Outside => Network.Outside;

    public KubeApiServer Api { get; }

    /// <summary>Where files of the cluster's programs are.</summary>
    public string Folder => _home.Folder;

    /// <summary>A kubeconfig that every machine of the cluster can use.</summary>
    public string Kubeconfig => Path.Combine(Folder, "kubeconfig");

    public IReadOnlyList<LabPod> Pods
    {
        get
        {
            lock (_lock)
            {
                return [.. _pods];
            }
        }
    }

    /// <summary>By node; empty before <see cref="StartAgents"/>.</summary>
    public IReadOnlyDictionary<LabNode, AgentProcess> Agents => _agents;

    /// <exception cref="LabException">There is none yet: see <see cref="StartPrometheus"/>.</exception>
    public PrometheusServer Prometheus => _prometheus ?? throw new LabException("Prometheus was not started");

    internal WorkloadObjects Workloads { get; }

    /// <summary>Of programs that are in no pod.</summary>
    internal ControlGroup? OthersCgroup => _home.Cgroup?.Add("others");

    /// <summary>Machines, network and API server; nothing runs yet.</summary>
    public static async Task<LabCluster> StartAsync(LabOptions? options = null)
    {
        options ??= new LabOptions();
        var home = new LabHome();
        KubeApiServer? api = null;
        LabCluster? cluster = null;
        try
        {
            var network = new ClusterNetwork(home.Machines, options.Mode, options.Nodes);
            api = await KubeApiServer.StartAsync(
                new KubeApiServerOptions
                {
                    Version = options.ApiVersion,
                    Listen =
                    [
                        new IPEndPoint(AddressPlan.ControlV4, ApiPort),
                        new IPEndPoint(AddressPlan.ControlV6, ApiPort),
                    ],
                    BindListenSocket = at =>
                        network.Control.Inside(() => AspNetTransport.CreateDefaultBoundListenSocket(at)),
                    PodShutdown = null,
                    DialPod = (port, stop) => PodDialer.DialAsync(cluster?.Pods ?? [], port, stop),
                }
            );
            cluster = new LabCluster(home, network, api, options);
            cluster.AddObjects();
            cluster.SetOffloads(Machines(network));
            return cluster;
        }
        catch
        {
            if (api is not null)
            {
                await api.DisposeAsync();
            }

            home.Dispose();
            throw;
        }
    }

    /// <summary>Starts pods; they are ready, and backends of the services that select them.</summary>
    public IReadOnlyList<LabPod> CreatePods(params IReadOnlyList<PodRequest> requests)
    {
        var started = _kubelet.Start(requests);
        SetOffloads(started.Select(pod => pod.Port).OfType<PodPort>().SelectMany(port => port.Link));
        lock (_lock)
        {
            _pods.AddRange(started);
        }

        _services.Add(started);
        return started;
    }

    public LabPod CreatePod(LabWorkload workload, LabNode node) =>
        CreatePods(new PodRequest(workload, node))[0];

    /// <summary>Ends pods as a controller that scales down does; returns when they are gone.</summary>
    public void DeletePods(params IReadOnlyList<LabPod> pods)
    {
        ArgumentNullException.ThrowIfNull(pods);
        lock (_lock)
        {
            _pods.RemoveAll(pods.Contains);
        }

        _services.Remove(pods);
        Parallel.ForEach(pods, _kubelet.End);
    }

    /// <summary>Adds services, or changes them.</summary>
    /// <returns>With the addresses that they have.</returns>
    public IReadOnlyList<LabService> ApplyServices(params IEnumerable<LabService> services) =>
        _services.Apply(services);

    /// <summary>Starts an agent on every node, as a DaemonSet's pod on the node's network; returns when all are ready.</summary>
    public void StartAgents(params IReadOnlyList<string> arguments)
    {
        var pods = CreatePods([
            .. Nodes.Select(node => new PodRequest(
                new LabWorkload(AgentNamespace, "DaemonSet", "netmon"),
                node
            )
            {
                HostNetwork = true,
                Labels = AgentLabels,
            }),
        ]);
        Parallel.ForEach(pods, pod => StartAgent(pod, arguments));
    }

    /// <summary>Starts a Prometheus that scrapes the agents; returns when it has scraped all of them.</summary>
    public void StartPrometheus() =>
        _prometheus = PrometheusServer.Start(
            new LabProgram { Namespace = Network.Control, Cgroup = _home.Cgroup?.Add("control") },
            Path.Combine(Folder, "prometheus"),
            _options.ScrapeInterval,
            [.. _agents.Select(agent => (agent.Value.Address, agent.Key.Name))]
        );

    /// <summary>A further machine, joined to nothing yet: of the world beyond <see cref="Outside"/>.</summary>
    internal NetworkNamespace AddMachine(string label) => _home.Machines.AddNamespace(label);

    /// <summary>A program beside the cluster: of the world, of the control plane, or on a node but in no pod.</summary>
    public LabProcess Start(NetworkNamespace machine, string program, params IEnumerable<string> arguments) =>
        new LabProgram { Namespace = machine, Cgroup = OthersCgroup }.Start(program, arguments);

    /// <summary>Enters all neighbours for good. Pods that come later are not among them.</summary>
    public void FixNeighbours() =>
        Network.FixNeighbours([.. Pods.Where(pod => pod.Port is not null).Select(pod => pod.Port!)]);

    public async ValueTask DisposeAsync()
    {
        _prometheus?.Dispose();
        foreach (var agent in _agents.Values)
        {
            agent.Dispose();
        }

        await Api.DisposeAsync();
        _home.Dispose();
    }

    private void StartAgent(LabPod pod, IReadOnlyList<string> arguments)
    {
        var agent = AgentProcess.Start(
            new LabProgram
            {
                Namespace = pod.Namespace,
                Cgroup = pod.Cgroup,
                Environment = new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["KUBECONFIG"] = Kubeconfig,
                    ["NODE_NAME"] = pod.Node.Name,
                },
            },
            $"{pod.Node.V4}:{AgentPort}",
            [.. _options.AgentArguments, .. arguments]
        );
        lock (_lock)
        {
            _agents.Add(pod.Node, agent);
        }
    }

    private void AddObjects()
    {
        File.WriteAllText(Kubeconfig, Api.Kubeconfig);
        File.WriteAllText(
            Path.Combine(Folder, "resolv.conf"),
            $"""
            nameserver {AddressPlan.DnsV4}
            search svc.cluster.local cluster.local
            options ndots:5

            """
        );
        foreach (var space in (string[])["default", "kube-system", "kube-public", "kube-node-lease"])
        {
            Workloads.AddNamespace(space);
        }

        Api.Apply(NodeObject(ControlPlane, [AddressPlan.ControlV4, AddressPlan.ControlV6], [], "zone-a"));
        foreach (var node in Nodes)
        {
            Api.Apply(NodeObject(node.Name, [node.V4, node.V6], [node.PodCidrV4, node.PodCidrV6], node.Zone));
        }

        AddApiService();
    }

    // The API server's own service: its backend is no pod.
    private void AddApiService()
    {
        var port = new ServicePortDescription("https", 443, ApiPort);
        Api.Apply(
            ObjectBuilder.Service(
                new ServiceDescription
                {
                    Name = "kubernetes",
                    ClusterIps = [AddressPlan.ServiceV4(0).ToString()],
                    Ports = [port],
                }
            )
        );
        Api.Apply(
            ObjectBuilder.EndpointSlice(
                "default",
                "kubernetes",
                "kubernetes",
                "IPv4",
                [port],
                [new EndpointDescription(AddressPlan.ControlV4.ToString())]
            )
        );
        _services.Add(
            new ServiceRule
            {
                Name = "default/kubernetes:https",
                Protocol = "tcp",
                ClusterIp = AddressPlan.ServiceV4(0),
                Port = port.Port,
                Backends = [new Backend(AddressPlan.ControlV4, ApiPort, null)],
            }
        );
    }

    private static JsonObject NodeObject(
        string name,
        IEnumerable<IPAddress> addresses,
        IReadOnlyList<string> podCidrs,
        string zone
    ) => ObjectBuilder.Node(name, [.. addresses.Select(each => each.ToString())], podCidrs, zone);

    private static IEnumerable<LabInterface> Machines(ClusterNetwork network) =>
        network
            .Nodes.Select(node => node.Uplink)
            .Concat(network.Tunnels)
            .Append(new LabInterface(network.Outside, ClusterNetwork.Uplink))
            .Append(new LabInterface(network.Control, ClusterNetwork.Uplink));

    private void SetOffloads(IEnumerable<LabInterface> interfaces)
    {
        if (!_options.Offloads)
        {
            Parallel.ForEach(interfaces, each => each.SetOffloads(enabled: false));
        }
    }
}
