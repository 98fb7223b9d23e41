using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using NetMon.Lab.ApiServer;
using NetMon.Lab.ApiServer.Objects;
using NetMon.Lab.Machines;
using NetMon.Lab.Network;
using NetMon.Lab.Pods;
using NetMon.Lab.Proxy;

namespace NetMon.Lab.Services;

/// <summary>The cluster's services with their backends: as objects of the API server, and as rules on every node.</summary>
internal sealed class ServiceSet(KubeApiServer api, ClusterNetwork network, ProxyMode proxy)
{
    private readonly Lock _lock = new();
    private readonly IProxyRules _rules = ProxyRules.Of(proxy);
    private readonly Dictionary<(string, string), LabService> _services = [];
    private readonly List<LabPod> _pods = [];
    private readonly List<ServiceRule> _withoutPods = [];
    private IReadOnlyList<ServiceRule> _applied = [];
    private string[] _routes = [];

    // .1 is the API server's, .10 that of the DNS.
    private int _addresses = 20;

    /// <summary>Adds services, or changes them.</summary>
    /// <returns>With the addresses that they have.</returns>
    public IReadOnlyList<LabService> Apply(params IEnumerable<LabService> services)
    {
        lock (_lock)
        {
            LabService[] added = [.. services.Select(WithAddresses)];
            foreach (var service in added)
            {
                _services[(service.Namespace, service.Name)] = service;
                api.Apply(ObjectOf(service));
                Publish(service);
            }

            Translate();
            return added;
        }
    }

    /// <summary>Adds a service whose backends are no pods, and whose objects somebody else makes.</summary>
    public void Add(ServiceRule rule)
    {
        lock (_lock)
        {
            _withoutPods.Add(rule);
            Translate();
        }
    }

    /// <summary>Pods are ready.</summary>
    public void Add(IEnumerable<LabPod> pods)
    {
        lock (_lock)
        {
            LabPod[] added = [.. pods];
            _pods.AddRange(added);
            Changed(added);
        }
    }

    /// <summary>Pods are about to end.</summary>
    public void Remove(IReadOnlyCollection<LabPod> pods)
    {
        lock (_lock)
        {
            _pods.RemoveAll(pods.Contains);
            Changed(pods);
        }
    }

    private void Changed(IReadOnlyCollection<LabPod> pods)
    {
        LabService[] concerned =
        [
            .. _services.Values.Where(service => pods.Any(pod => Selects(service, pod))),
        ];
        foreach (var service in concerned)
        {
            Publish(service);
        }

        if (concerned.Length > 0)
        {
            Translate();
        }
    }

    private LabService WithAddresses(LabService service)
    {
        if (service.Headless || service.ClusterIps.Count > 0)
        {
            return service;
        }

        var known = _services.GetValueOrDefault((service.Namespace, service.Name));
        if (known is { ClusterIps.Count: > 0 })
        {
            return service with { ClusterIps = known.ClusterIps };
        }

        _addresses++;
        return service with
        {
            ClusterIps = [AddressPlan.ServiceV4(_addresses), AddressPlan.ServiceV6(_addresses)],
        };
    }

    private void Translate()
    {
        ServiceRule[] rules = [.. _withoutPods, .. _services.Values.SelectMany(RulesOf)];
        Parallel.ForEach(network.Nodes, node => _rules.Apply(node, rules));
        ForgetConnections(rules);
        Route();
        _applied = rules;
    }

    // As a load balancer of the world outside does, or routers that speak BGP with the nodes.
    private void Route()
    {
        string[] routes =
        [
            .. from service in _services.Values
            from ip in service.LoadBalancerIps.Concat(service.ExternalIps)
            let node = EntryOf(service)
            select $"route replace {ip} via {(ip.AddressFamily == AddressFamily.InterNetwork ? node.V4 : node.V6)}",
        ];
        if (!routes.SequenceEqual(_routes))
        {
            network.Outside.Batch(routes);
            _routes = routes;
        }
    }

    private LabNode EntryOf(LabService service) =>
        service.Entry > 0
            ? network.Nodes[service.Entry - 1]
            : BackendsOf(service).FirstOrDefault()?.Node ?? network.Nodes[0];

    // A datagram of a known connection goes on to the backend of before, though that is gone (kube-proxy does this too).
    private void ForgetConnections(IReadOnlyList<ServiceRule> rules)
    {
        var now = UdpBackends(rules);
        foreach (var gone in UdpBackends(_applied).Except(now))
        {
            foreach (var node in network.Nodes)
            {
                // Fails where there is no such connection.
                using var conntrack = node.Namespace.Start(
                    "conntrack",
                    "-D",
                    "-f",
                    gone.AddressFamily == AddressFamily.InterNetwork ? "ipv4" : "ipv6",
                    "-p",
                    "udp",
                    "--reply-src",
                    gone.ToString()
                );
                conntrack.WaitForExit(success: false);
            }
        }
    }

    private static HashSet<IPAddress> UdpBackends(IEnumerable<ServiceRule> rules) =>
        [
            .. rules
                .Where(rule => rule.Protocol == "udp")
                .SelectMany(rule => rule.Backends.Select(backend => backend.Address)),
        ];

    private IEnumerable<ServiceRule> RulesOf(LabService service) =>
        from clusterIp in service.ClusterIps
        from port in service.Ports
        let v6 = clusterIp.AddressFamily == AddressFamily.InterNetworkV6
        select new ServiceRule
        {
            Name = $"{service}:{port.Name}",
            Protocol = port.Protocol,
            ClusterIp = clusterIp,
            Port = port.Port,
            NodePort = port.NodePort,
            PublicIps =
            [
                .. service
                    .LoadBalancerIps.Concat(service.ExternalIps)
                    .Where(ip => ip.AddressFamily == clusterIp.AddressFamily),
            ],
            Local = service.Local,
            Backends =
            [
                .. BackendsOf(service).Select(pod => new Backend(pod.Address(v6), port.Target, pod.Node)),
            ],
        };

    private void Publish(LabService service)
    {
        foreach (var v6 in (bool[])[false, true])
        {
            api.Apply(
                ObjectBuilder.EndpointSlice(
                    service.Namespace,
                    $"{service.Name}-{(v6 ? "v6" : "v4")}",
                    service.Name,
                    v6 ? "IPv6" : "IPv4",
                    service.Ports.Select(Describe),
                    BackendsOf(service)
                        .Select(pod => new EndpointDescription(
                            pod.Address(v6).ToString(),
                            pod.Node.Name,
                            (pod.Workload.Namespace, pod.Name, pod.Uid)
                        ))
                )
            );
        }
    }

    private IEnumerable<LabPod> BackendsOf(LabService service) => _pods.Where(pod => Selects(service, pod));

    private static bool Selects(LabService service, LabPod pod) =>
        pod.Workload.Namespace == service.Namespace && pod.Workload.Name == service.Selected;

    private static JsonObject ObjectOf(LabService service)
    {
        var item = ObjectBuilder.Service(
            new ServiceDescription
            {
                Namespace = service.Namespace,
                Name = service.Name,
                Type = service.Type,
                ClusterIps = Texts(service.ClusterIps),
                ExternalIps = Texts(service.ExternalIps),
                LoadBalancerIps = Texts(service.LoadBalancerIps),
                Ports = [.. service.Ports.Select(Describe)],
                Selector = new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["app"] = service.Selected,
                },
            }
        );
        if (service.Type != "ClusterIP")
        {
            item["spec"]!["externalTrafficPolicy"] = service.Local ? "Local" : "Cluster";
        }

        return item;
    }

    private static ServicePortDescription Describe(LabServicePort port) =>
        new(port.Name, port.Port, port.Target, port.Protocol.ToUpperInvariant(), port.NodePort);

    private static string[] Texts(IEnumerable<IPAddress> addresses) =>
        [.. addresses.Select(address => address.ToString())];
}
