using System.Net;
using NetMon.Lab.Cluster;
using NetMon.Lab.Network;
using NetMon.Lab.Pods;
using NetMon.Lab.Services;

namespace NetMon.Lab.Traffic;

/// <summary>
/// Pods, services and conversations between them so that every scope, every type of service, every kind of workload, both address
/// families and TCP, UDP and ICMP are among them. Needs three nodes.
/// </summary>
public sealed class TrafficMatrix
{
    private const int Nodes = 3;
    private const int ServicePorts = 10_000;
    private const int ServerPorts = 20_000;
    private const int NodePorts = 30_000;

    private static readonly string[] WithPorts = ["tcp", "udp"];

    private readonly LabCluster _cluster;
    private readonly List<Wish> _wishes = [];
    private readonly Dictionary<string, LabService> _services = new(StringComparer.Ordinal);

    /// <summary>Makes the pods and services.</summary>
    public TrafficMatrix(LabCluster cluster)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        if (cluster.Nodes.Count < Nodes)
        {
            throw new ArgumentException($"needs {Nodes} nodes", nameof(cluster));
        }

        _cluster = cluster;
        AddWishes();
        Conversations = [.. Plan()];
    }

    public IReadOnlyList<Conversation> Conversations { get; }

    private void AddWishes()
    {
        var (one, two, three) = (_cluster.Nodes[0], _cluster.Nodes[1], _cluster.Nodes[2]);
        var pods = _cluster.CreatePods(
            new PodRequest(new LabWorkload("shop", "Deployment", "frontend"), one),
            new PodRequest(new LabWorkload("shop", "StatefulSet", "web"), one),
            new PodRequest(new LabWorkload("data", "Deployment", "db"), two),
            new PodRequest(new LabWorkload("batch", "CronJob", "report"), two),
            new PodRequest(new LabWorkload("data", "DaemonSet", "cache"), three),
            new PodRequest(new LabWorkload("batch", "Job", "import"), three),
            new PodRequest(new LabWorkload("default", "Pod", "toolbox"), one),
            new PodRequest(new LabWorkload("data", "Database", "replica"), three),
            new PodRequest(new LabWorkload("kube-system", "DaemonSet", "node-cache"), two)
            {
                HostNetwork = true,
            }
        );
        var ends = pods.Select(TrafficEnd.Of).ToArray();
        var (frontend, web, db, report, cache, import, toolbox, replica) = (
            ends[0],
            ends[1],
            ends[2],
            ends[3],
            ends[4],
            ends[5],
            ends[6],
            ends[7]
        );
        var (node1, node2, node3) = (TrafficEnd.Of(one), TrafficEnd.Of(two), TrafficEnd.Of(three));
        TrafficEnd Outside(int number) => TrafficEnd.Of(_cluster.Outside, number);

        // Between two ends, with nothing in between. Two nodes echo in one way only, and not where a pod's echoes bear its node's address.
        Direct(frontend, web);
        Direct(report, web);
        Direct(import, db);
        Direct(toolbox, replica);
        Direct(frontend, node1);
        Direct(frontend, node2);
        Direct(node1, web);
        Direct(node1, db);
        Direct(node2, cache);
        Direct(node1, node3);
        Direct(node3, node2);
        Direct(report, Outside(0));
        Direct(node3, Outside(1));
        Direct(Outside(2), node1);

        // By way of services.
        Service("shop/web", "web");
        Service("data/db", "db", "NodePort");
        Service("data/db-outside", "db", "LoadBalancer", publicIp: 0, entry: 1);
        Service("data/db-local", "db", "LoadBalancer", publicIp: 1, local: true);
        Service("data/db-extra", "db", "ExternalIP", publicIp: 2, entry: 3);
        Service("data/db-headless", "db", "Headless");
        Service("data/cache", "cache");
        Service("kube-system/node-cache", "node-cache");
        Service("shop/nobody", "nobody");
        Ask(frontend, web, "shop/web");
        Ask(web, web, "shop/web");
        Ask(report, web, "shop/web");
        Ask(import, db, "data/db");
        Ask(cache, db, "data/db-headless", ServiceWay.Headless);
        Ask(replica, cache, "data/cache");
        Ask(node1, web, "shop/web");
        Ask(node1, db, "data/db");
        Ask(node3, node2, "kube-system/node-cache");
        Ask(toolbox, node2, "kube-system/node-cache");
        Ask(frontend, null, "shop/nobody");
        Ask(Outside(0), db, "data/db", ServiceWay.NodePort, one);
        Ask(Outside(1), db, "data/db", ServiceWay.NodePort, two);
        Ask(toolbox, db, "data/db", ServiceWay.NodePort);
        Ask(report, db, "data/db", ServiceWay.NodePort);
        Ask(Outside(2), db, "data/db-outside", ServiceWay.LoadBalancer, one);
        Ask(cache, db, "data/db-outside", ServiceWay.LoadBalancer);
        Ask(Outside(3), db, "data/db-local", ServiceWay.LoadBalancer, two);

        // Not the one to whom node 2 masquerades: its port there may be this one.
        Ask(Outside(3), db, "data/db-local", ServiceWay.NodePort, two);
        Ask(Outside(1), db, "data/db-extra", ServiceWay.ExternalIp, three);
    }

    private void Direct(TrafficEnd client, TrafficEnd server)
    {
        foreach (var v6 in (bool[])[false, true])
        {
            foreach (var protocol in (string[])[.. WithPorts, v6 ? "icmpv6" : "icmp"])
            {
                _wishes.Add(new Wish(client, server, protocol, v6, null, default, null));
            }
        }
    }

    private void Ask(
        TrafficEnd client,
        TrafficEnd? server,
        string service,
        ServiceWay way = ServiceWay.ClusterIp,
        LabNode? entry = null
    )
    {
        foreach (var v6 in (bool[])[false, true])
        {
            foreach (var protocol in WithPorts)
            {
                _wishes.Add(new Wish(client, server, protocol, v6, service, way, entry ?? client.Node));
            }
        }
    }

    private void Service(
        string name,
        string app,
        string type = "ClusterIP",
        int publicIp = -1,
        bool local = false,
        int entry = 0
    )
    {
        IPAddress[] addresses =
            publicIp < 0 ? [] : [AddressPlan.PublicV4(publicIp), AddressPlan.PublicV6(publicIp)];
        var parts = name.Split('/');
        _services.Add(
            name,
            new LabService(parts[0], parts[1])
            {
                App = app,
                Type = type is "ExternalIP" or "Headless" ? "ClusterIP" : type,
                Headless = type == "Headless",
                Local = local,
                Entry = entry,
                LoadBalancerIps = type == "LoadBalancer" ? addresses : [],
                ExternalIps = type == "ExternalIP" ? addresses : [],
                Ports = [],
            }
        );
    }

    // Each conversation has a port of its own at its service, and another at its server.
    private IEnumerable<Conversation> Plan()
    {
        var numbered = _wishes.Select((wish, number) => (Wish: wish, Number: number)).ToArray();
        var applied = _cluster
            .ApplyServices(
                _services.Select(service =>
                    service.Value with
                    {
                        Ports =
                        [
                            .. numbered
                                .Where(each => each.Wish.Service == service.Key)
                                .Select(each => new LabServicePort(
                                    $"port-{each.Number}",
                                    ServicePorts + each.Number,
                                    ServerPorts + each.Number,
                                    each.Wish.Protocol,
                                    service.Value.Type == "ClusterIP" ? 0 : NodePorts + each.Number
                                )),
                        ],
                    }
                )
            )
            .ToDictionary(service => service.ToString(), StringComparer.Ordinal);
        foreach (var (wish, number) in numbered)
        {
            var service = wish.Service is { } name && wish.Way != ServiceWay.Headless ? applied[name] : null;
            yield return new Conversation
            {
                Number = number,
                Protocol = wish.Protocol,
                V6 = wish.V6,
                Client = wish.Client,
                Server = wish.Server,
                Service = service is null ? null : new ServiceUse(service, wish.Way, wish.Entry!),
                Asked = AskedBy(wish, service),
                AskedPort =
                    service is null ? ServerPorts + number
                    : wish.Way == ServiceWay.NodePort ? NodePorts + number
                    : ServicePorts + number,
                ServerPort = ServerPorts + number,
                // No two carry the same, so that no two can be mistaken for one another.
                Times = wish.Server is null ? 1 : 2 + (number % 3),
                BytesUp = wish.Protocol == "tcp" ? 3000 + (37 * number) : 100 + (7 * number % 1000),
                BytesDown = wish.Protocol == "tcp" ? 20_000 + (101 * number) : 200 + (11 * number % 900),
            };
        }
    }

    private static IPAddress AskedBy(Wish wish, LabService? service) =>
        (wish.Way, service) switch
        {
            (_, null) => wish.Server!.Address(wish.V6),
            (ServiceWay.ClusterIp, _) => service.ClusterIp(wish.V6),
            (ServiceWay.NodePort, _) => wish.V6 ? wish.Entry!.V6 : wish.Entry!.V4,
            (ServiceWay.LoadBalancer, _) => service.LoadBalancerIps[wish.V6 ? 1 : 0],
            _ => service.ExternalIps[wish.V6 ? 1 : 0],
        };

    private sealed record Wish(
        TrafficEnd Client,
        TrafficEnd? Server,
        string Protocol,
        bool V6,
        string? Service,
        ServiceWay Way,
        LabNode? Entry
    );
}
