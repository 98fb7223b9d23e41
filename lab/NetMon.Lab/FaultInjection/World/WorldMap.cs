using System.Net;
using NetMon.Lab.Cluster;
using NetMon.Lab.Machines;

namespace NetMon.Lab.FaultInjection.World;

/// <summary>
/// What is beyond the cluster's way out, where networks have faults of their own (198.18.0.0/15 is for tests: RFC 2544):
/// <code>
///   nodes --- outside --- lan --- far       198.18.200.0/24; .1 is outside, .2 far
///              |  |               198.18.201.0/24: each of the two sends it to the other
///              |  |               198.18.202.1: behind a link with an MTU of 1000; .203.1: and nobody says so
///              |  '-- tun -- machines of <see cref="Join"/>   198.18.N.0/24: .1 is outside, .2 the machine
///              '-- tun             everything else: nothing ever comes back
/// </code>
/// </summary>
internal sealed class WorldMap : IDisposable
{
    public const int SmallMtu = 1000;

    public static readonly IPAddress Nobody = IPAddress.Parse("198.18.200.77");
    public static readonly IPAddress Loop = IPAddress.Parse("198.18.201.1");
    public static readonly IPAddress BehindSmallMtu = IPAddress.Parse("198.18.202.1");
    public static readonly IPAddress BehindSilentMtu = IPAddress.Parse("198.18.203.1");
    public static readonly IPAddress Void = IPAddress.Parse("198.18.250.1");

    private readonly LabCluster _cluster;
    private readonly TunLink _void;
    private readonly List<TunLink> _links = [];
    private readonly Lock _lock = new();
    private int _networks;

    public WorldMap(LabCluster cluster)
    {
        _cluster = cluster;
        Router = cluster.Outside;
        Far = cluster.AddMachine("far");
        foreach (var machine in (NetworkNamespace[])[Router, Far])
        {
            machine.Set(
                ("ipv4/ip_forward", "1"),
                ("ipv4/conf/all/rp_filter", "0"),
                ("ipv4/conf/default/rp_filter", "0"),
                ("ipv4/conf/all/send_redirects", "0"),
                ("ipv4/conf/default/send_redirects", "0"),
                // Every error is sent, however many there are.
                ("ipv4/icmp_ratelimit", "0")
            );
        }

        LabNetwork.Connect(Router, "lan", Far, "lan");
        _void = TunLink.BlackHole(new LabInterface(Router, "void"));
        Router.Batch(
            "address add 198.18.200.1/24 dev lan",
            "route add default dev void",
            "route add 198.18.201.0/24 via 198.18.200.2",
            $"route add 198.18.202.0/24 via 198.18.200.2 mtu lock {SmallMtu}",
            $"route add 198.18.203.0/24 via 198.18.200.2 mtu lock {SmallMtu}"
        );
        Far.Batch(
            "address add 198.18.200.2/24 dev lan",
            "route add default via 198.18.200.1",
            $"address add {BehindSmallMtu}/32 dev lo",
            $"address add {BehindSilentMtu}/32 dev lo"
        );

        // A router that keeps its errors to itself, about one network only.
        Filter(
            Router,
            "silent",
            "output",
            $"icmp type destination-unreachable icmp code frag-needed @th,192,32 {Number(BehindSilentMtu)} drop"
        );
    }

    public NetworkNamespace Router { get; }

    public NetworkNamespace Far { get; }

    /// <summary>Packets that went to nowhere.</summary>
    public long Swallowed => _void.Swallowed;

    /// <summary>A machine behind a link of its own.</summary>
    public (NetworkNamespace Machine, IPAddress Address, TunLink Link) Join(string label, LinkManners manners)
    {
        var machine = _cluster.AddMachine(label);
        int network;
        lock (_lock)
        {
            network = ++_networks;
        }

        var link = TunLink.Join(
            new LabInterface(Router, $"tun-{network}"),
            new LabInterface(machine, ClusterInterface),
            manners
        );
        Router.Batch($"address add 198.18.{network}.1/24 dev tun-{network}");
        machine.Batch(
            $"address add 198.18.{network}.2/24 dev {ClusterInterface}",
            $"route add default via 198.18.{network}.1"
        );
        lock (_lock)
        {
            _links.Add(link);
        }

        return (machine, IPAddress.Parse($"198.18.{network}.2"), link);
    }

    /// <summary>A rule of nftables in a table of its own, with a counter of what it meets.</summary>
    /// <returns>Reads the counter.</returns>
    public static Func<long> Filter(NetworkNamespace machine, string name, string hook, string rule)
    {
        var (match, verdict) = Split(rule);
        Command.Feed(
            $$"""
            table inet {{name}} {
                counter met { }
                chain filter {
                    type filter hook {{hook}} priority filter; policy accept;
                    {{match}} counter name "met" {{verdict}}
                }
            }
            """,
            "nsenter",
            $"--net={machine.Path}",
            "nft",
            "-f",
            "-"
        );
        return () =>
        {
            var words = machine.Run("nft", "list", "counter", "inet", name, "met").Split();
            return long.Parse(
                words[Array.IndexOf(words, "packets") + 1],
                System.Globalization.CultureInfo.InvariantCulture
            );
        };
    }

    public void Dispose()
    {
        _void.Dispose();
        _links.ForEach(link => link.Dispose());
    }

    private const string ClusterInterface = "eth0";

    // The verdict is the rule's last word, or begins with "reject".
    private static (string Match, string Verdict) Split(string rule)
    {
        var at = rule.IndexOf(" reject ", StringComparison.Ordinal);
        at = at < 0 ? rule.LastIndexOf(' ') : at;
        return (rule[..at], rule[(at + 1)..]);
    }

    private static string Number(IPAddress address) => $"0x{Convert.ToHexString(address.GetAddressBytes())}";
}
