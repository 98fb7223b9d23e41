using NetMon.Lab.Cluster;
using NetMon.Lab.Network;
using NetMon.Lab.Pods;
using NetMon.Lab.Services;

namespace NetMon.Lab.Workloads;

/// <summary>
/// A small application of real programs, which speaks to itself and to the world for as long as it runs:
/// <code>
///   browsers outside --LoadBalancer, NodePort--> shop/web (nginx) &lt;--- shop/frontend (curl)
///                                                                        |--> shop/cart (redis), by name and headless
///   shop/checkout (curl) --> shop/payment: a service without endpoints; and a port where nobody listens
///   batch/report (curl) --> api.example.com, outside
///   monitoring/probe (curl, on its node's network) --> shop/web, as a kubelet's probes
///   all of them --> kube-system/kube-dns (dnsmasq)
/// </code>
/// </summary>
public sealed class Shop
{
    private const int NodePort = 30080;

    private static readonly LabWorkload Dns = new("kube-system", "Deployment", "kube-dns");
    private static readonly LabWorkload Web = new("shop", "Deployment", "web");
    private static readonly LabWorkload Cart = new("shop", "StatefulSet", "cart");
    private static readonly LabWorkload Frontend = new("shop", "Deployment", "frontend");
    private static readonly LabWorkload Checkout = new("shop", "Deployment", "checkout");
    private static readonly LabWorkload Report = new("batch", "CronJob", "report");
    private static readonly LabWorkload Probe = new("monitoring", "DaemonSet", "probe");

    private readonly LabCluster _cluster;
    private readonly Programs _programs;
    private IReadOnlyList<LabService> _services = [];

    private Shop(LabCluster cluster)
    {
        _cluster = cluster;
        _programs = new Programs(cluster);
    }

    /// <summary>Who speaks to whom, of the most important: as a table of flows by workload names them.</summary>
    public static IReadOnlyList<(string From, string To)> Conversations { get; } =
    [
        ($"{Frontend.Namespace}/{Frontend.Name}", $"{Web.Namespace}/{Web.Name}"),
        ($"{Frontend.Namespace}/{Frontend.Name}", $"{Cart.Namespace}/{Cart.Name}"),
        ($"{Report.Namespace}/{Report.Name}", "external"),
        ("external", $"{Web.Namespace}/{Web.Name}"),
        ($"{Checkout.Namespace}/{Checkout.Name}", $"{Checkout.Namespace}/payment"),
    ];

    /// <summary>Pods without which it would not be the shop.</summary>
    public static int LeastPods => 9;

    public IReadOnlyList<LabService> Services => _services;

    /// <param name="cluster">With any number of nodes.</param>
    /// <param name="pods">How many; those beyond the least are further frontends.</param>
    public static Shop Start(LabCluster cluster, int pods)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        var shop = new Shop(cluster);
        shop.AddServices();
        shop.AddPods(Math.Max(pods - LeastPods, 0));
        return shop;
    }

    private void AddServices() =>
        _services = _cluster.ApplyServices(
            new LabService(Dns.Namespace, Dns.Name)
            {
                ClusterIps = [AddressPlan.DnsV4, AddressPlan.DnsV6],
                Ports =
                [
                    new LabServicePort("dns", 53, Programs.DnsPort, "udp"),
                    new LabServicePort("dns-tcp", 53, Programs.DnsPort),
                ],
            },
            new LabService(Web.Namespace, Web.Name)
            {
                Type = "NodePort",
                Ports = [new LabServicePort("http", 80, Programs.WebPort, NodePort: NodePort)],
            },
            new LabService(Web.Namespace, "web-public")
            {
                App = Web.Name,
                Type = "LoadBalancer",
                Local = true,
                LoadBalancerIps = [AddressPlan.PublicV4(0), AddressPlan.PublicV6(0)],
                Ports = [new LabServicePort("http", 80, Programs.WebPort, NodePort: NodePort + 1)],
            },
            new LabService(Cart.Namespace, Cart.Name)
            {
                Ports = [new LabServicePort("redis", 6379, Programs.CartPort)],
            },
            new LabService(Cart.Namespace, "cart-headless")
            {
                App = Cart.Name,
                Headless = true,
                Ports = [new LabServicePort("redis", 6379, Programs.CartPort)],
            },
            new LabService(Checkout.Namespace, "payment")
            {
                Ports = [new LabServicePort("http", 80, Programs.WebPort)],
            }
        );

    private void AddPods(int more)
    {
        var node = 0;
        LabNode Next() => _cluster.Nodes[node++ % _cluster.Nodes.Count];
        PodRequest Wanted(LabWorkload workload) => new(workload, Next());

        var servers = _cluster.CreatePods(Wanted(Web), Wanted(Web), Wanted(Cart), Wanted(Dns));
        var (cart, dns) = (servers[2], servers[3]);
        Programs.ServeNames(dns, [.. _services.SelectMany(service => Names(service, cart))]);
        _programs.ServeCart(cart);
        foreach (var web in servers.Where(pod => pod.Workload == Web))
        {
            _programs.ServeWeb(web);
        }

        _programs.ServeWorld();
        var clients = _cluster.CreatePods([
            Wanted(Frontend),
            Wanted(Frontend),
            Wanted(Checkout),
            Wanted(Report),
            Wanted(Probe) with
            {
                HostNetwork = true,
            },
            .. Enumerable.Range(0, more).Select(_ => Wanted(Frontend)),
        ]);
        foreach (var client in clients)
        {
            StartClient(client, servers[0]);
        }

        _programs.Visit(
            $"http://{AddressPlan.PublicV4(0)}/",
            $"http://{_cluster.Nodes[0].V4}:{NodePort}/",
            $"http://[{AddressPlan.PublicV6(0)}]/"
        );
    }

    private static void StartClient(LabPod client, LabPod web)
    {
        var loop = client.Workload.Name switch
        {
            "frontend" => """
                curl -s -o /dev/null --max-time 3 http://web.shop/
                curl -s -o /dev/null --max-time 3 -6 http://web.shop/picture
                redis-cli -h cart.shop incr visits
                redis-cli -h cart-headless.shop get visits
                """,
            "checkout" => $"""
                curl -s -o /dev/null --max-time 3 http://payment.shop/
                curl -s -o /dev/null --max-time 3 http://{web.V4}:81/
                """,
            "report" => "curl -s -o /dev/null --max-time 3 http://api.example.com/",
            // As a kubelet that asks whether its pods are ready.
            _ => $"curl -s -o /dev/null --max-time 3 http://{web.V4}:{Programs.WebPort}/healthz",
        };
        Programs.Loop(client, loop);
    }

    private static IEnumerable<(string Name, System.Net.IPAddress Address)> Names(
        LabService service,
        LabPod cart
    ) =>
        (service.Headless ? [cart.V4, cart.V6] : service.ClusterIps).Select(address =>
            ($"{service.Name}.{service.Namespace}.svc.cluster.local", address)
        );
}
