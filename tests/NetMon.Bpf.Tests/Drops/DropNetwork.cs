using System.Globalization;
using System.Net;
using System.Net.Sockets;
using NetMon.Bpf.Netlink;

namespace NetMon.Bpf.Tests.Drops;

/// <summary>A client and a server with a router between, each in a namespace of its own, and the kernel's own counters of each.</summary>
/// <remarks>
/// <code>
///   client c0 10.44.1.2, fd44:1::2 --- rc [router] rs --- s0 server 10.44.2.2, fd44:2::2
/// </code>
/// </remarks>
internal sealed class DropNetwork : IDisposable
{
    public const string ClientAddress = "10.44.1.2";
    public const string ServerAddress = "10.44.2.2";

    private readonly List<IDisposable> _open = [];

    public DropNetwork()
    {
        foreach (var ns in All)
        {
            ns.Ip("link set lo up");
            ns.Exec("sysctl", "-qw", "net.ipv6.conf.all.accept_dad=0", "net.ipv6.conf.default.accept_dad=0");
        }

        Join(Client, "c0", "rc", 1);
        Join(Server, "s0", "rs", 2);
        Router.Exec("sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1");

        // Neighbours are known from the start: resolving them would be drops of its own.
        Client.AwaitAnswer(ServerAddress);
        Client.AwaitAnswer("fd44:2::2");
    }

    public TestNamespace Client { get; } = TestNamespace.Create();

    public TestNamespace Router { get; } = TestNamespace.Create();

    public TestNamespace Server { get; } = TestNamespace.Create();

    private TestNamespace[] All => [Client, Router, Server];

    /// <summary>Inode numbers of the namespaces.</summary>
    public HashSet<uint> Inodes =>
        [
            .. All.Select(ns =>
                uint.Parse(Shell.Run("stat", "-Lc", "%i", ns.Path).Trim(), CultureInfo.InvariantCulture)
            ),
        ];

    /// <summary>A socket that lives as long as the network.</summary>
    public Socket Open(TestNamespace ns, Func<Socket> open)
    {
        var socket = NetworkNamespace.Run(ns.Path, open);
        _open.Add(socket);
        return socket;
    }

    /// <summary>A UDP socket of the server.</summary>
    public Socket ServerUdp(int port) =>
        Open(
            Server,
            () =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
                socket.Bind(new IPEndPoint(IPAddress.Parse(ServerAddress), port));
                return socket;
            }
        );

    /// <summary>A UDP socket of the client that sends from a port.</summary>
    public Socket ClientUdp(int port = 0) =>
        Open(
            Client,
            () =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
                socket.Bind(new IPEndPoint(IPAddress.Parse(ClientAddress), port));
                return socket;
            }
        );

    /// <summary>A socket of the client that sends IPv4 packets as they are given.</summary>
    public Socket ClientRaw() =>
        Open(Client, () => new Socket(AddressFamily.InterNetwork, SocketType.Raw, ProtocolType.Raw));

    /// <summary>Applies nftables rules.</summary>
    public static void Nft(TestNamespace ns, string rules) =>
        Shell.Run("nsenter", [$"--net={ns.Path}", "nft", "-f", "-"], rules);

    /// <summary>What a counter says when it has come to a number: what was sent may still wait for its softirq.</summary>
    public static long Await(Func<long> read, long expected)
    {
        var last = 0L;
        SpinWait.SpinUntil(() => (last = read()) >= expected, TimeSpan.FromSeconds(30));
        return last;
    }

    /// <summary>The packets and bytes of the first counter of the rules, once it has so many.</summary>
    public static (long Packets, long Bytes) NftCounter(TestNamespace ns, long packets)
    {
        Await(() => NftCounter(ns).Packets, packets);
        return NftCounter(ns);
    }

    /// <summary>The packets and bytes of the first counter of the rules.</summary>
    public static (long Packets, long Bytes) NftCounter(TestNamespace ns)
    {
        var words = ns.Exec("nft", "list", "ruleset").Split([' ', '\n', '\t']);
        return (After(words, "packets"), After(words, "bytes"));
    }

    /// <summary>Packets that the first queue of an interface dropped, as tc says.</summary>
    public static long QdiscDropped(TestNamespace ns, string name) => After(QdiscWords(ns, name), "dropped");

    /// <summary>Packets that came to it, which it sent, dropped or keeps.</summary>
    public static long QdiscSeen(TestNamespace ns, string name)
    {
        var words = QdiscWords(ns, name);
        return Number(words[Array.IndexOf(words, "pkt") - 1])
            + After(words, "dropped")
            + Number(words[Array.IndexOf(words, "backlog") + 2].TrimEnd('p'));
    }

    /// <summary>One of the kernel's counters in a namespace: section and name as in /proc/net/snmp and netstat.</summary>
    public static long Count(TestNamespace ns, string section, string name)
    {
        // The calling thread's namespace is what /proc/thread-self shows.
        var text = NetworkNamespace.Run(
            ns.Path,
            () =>
                File.ReadAllText("/proc/thread-self/net/snmp")
                + File.ReadAllText("/proc/thread-self/net/netstat")
        );
        var lines = text.Split('\n')
            .Where(line => line.StartsWith(section + ":", StringComparison.Ordinal))
            .ToArray();
        return Number(lines[1].Split(' ')[Array.IndexOf(lines[0].Split(' '), name)]);
    }

    public void Dispose()
    {
        _open.ForEach(one => one.Dispose());
        foreach (var ns in All)
        {
            ns.Dispose();
        }
    }

    private static string[] QdiscWords(TestNamespace ns, string name) =>
        ns.Exec("tc", "-s", "qdisc", "show", "dev", name).Split([' ', ',', '(', '\n']);

    private static long After(string[] words, string word) => Number(words[Array.IndexOf(words, word) + 1]);

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private void Join(TestNamespace end, string name, string peer, int net)
    {
        end.Ip($"link add {name} type veth peer name {peer} netns {Router.Name}");
        end.Ip($"addr add 10.44.{net}.2/24 dev {name}");
        end.Ip($"addr add fd44:{net}::2/64 dev {name} nodad");
        Router.Ip($"addr add 10.44.{net}.1/24 dev {peer}");
        Router.Ip($"addr add fd44:{net}::1/64 dev {peer} nodad");
        end.Ip($"link set {name} up");
        Router.Ip($"link set {peer} up");
        end.Ip($"route add default via 10.44.{net}.1");
        end.Ip($"-6 route add default via fd44:{net}::1");
    }
}
