using System.Net;
using NetMon.Core.Endpoints;
using NetMon.Core.Flows;

namespace NetMon.Agent.Tests.Attribution;

/// <summary>What a test lets the agent know of a cluster; changed by hand. Any address that nobody has is external.</summary>
internal sealed class TestCluster : IClusterView
{
    private readonly Dictionary<NetworkAddress, EndpointMatch> _endpoints = [];
    private readonly Dictionary<(NetworkAddress, ushort, byte), ServicePort> _services = [];
    private readonly HashSet<(NetworkAddress, ushort, byte)> _backends = [];
    private readonly HashSet<ServicePort> _served = [];

    public bool HasCluster { get; set; } = true;

    public bool IsSynced { get; set; } = true;

    /// <summary>Looks for the pod or node at an address.</summary>
    public int Looks { get; private set; }

    public static NetworkAddress Address(string text) => NetworkAddress.From(IPAddress.Parse(text));

    public Endpoint Node(string name, params string[] addresses)
    {
        var node = Endpoint.OfNode(name, zone: "zone-" + name);
        foreach (var address in addresses)
        {
            _endpoints[Address(address)] = new(node, Final: true);
        }

        return node;
    }

    public Endpoint Pod(string name, string node, string address, bool final = true)
    {
        var pod = new Endpoint
        {
            Kind = EndpointKind.Pod,
            Workload = new Workload("shop", "Deployment", name),
            Pod = name + "-0",
            PodUid = $"uid-{name}",
            Node = node,
            Zone = "zone-" + node,
        };
        _endpoints[Address(address)] = new(pod, final);
        return pod;
    }

    /// <summary>An address of which only its network tells that it is a pod's.</summary>
    public void Unknown(string address) =>
        _endpoints[Address(address)] = new(Endpoint.UnknownPod, Final: false);

    public ServicePort Service(
        string name,
        string endpoint,
        ServiceAddressKind kind = ServiceAddressKind.ClusterIp,
        byte protocol = IpProtocol.Tcp,
        params string[] backends
    )
    {
        var at = IPEndPoint.Parse(endpoint);
        var service = new ServicePort
        {
            Endpoint = new Endpoint
            {
                Kind = EndpointKind.Service,
                Workload = new Workload("shop", "Service", name),
            },
            PortName = "http",
            AddressKind = kind,
            Port = (ushort)at.Port,
            Protocol = protocol,
        };
        _services[(NetworkAddress.From(at.Address), (ushort)at.Port, protocol)] = service;
        foreach (var backend in backends.Select(IPEndPoint.Parse))
        {
            _backends.Add((NetworkAddress.From(backend.Address), (ushort)backend.Port, protocol));
            _served.Add(service);
        }

        return service;
    }

    public EndpointMatch FindEndpoint(in NetworkAddress address, long unixNs)
    {
        Looks++;
        return _endpoints.TryGetValue(address, out var match) ? match : new(Endpoint.External, Final: true);
    }

    /// <summary>Pods on their nodes' network, by UID.</summary>
    public Dictionary<string, EndpointMatch> HostPods { get; } = [];

    public EndpointMatch? FindPod(string uid) => HostPods.TryGetValue(uid, out var pod) ? pod : null;

    public ServicePort? FindService(in NetworkAddress address, ushort port, byte protocol) =>
        _services.GetValueOrDefault((address, port, protocol));

    public bool IsBackend(in NetworkAddress address, ushort port, byte protocol) =>
        _backends.Contains((address, port, protocol));

    public bool HasReadyEndpoints(ServicePort service) => _served.Contains(service);
}
