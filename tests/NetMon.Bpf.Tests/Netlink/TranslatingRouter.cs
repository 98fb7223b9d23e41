using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using NetMon.Bpf.Netlink;
using NetMon.Bpf.Records;

namespace NetMon.Bpf.Tests.Netlink;

/// <summary>A client and a server, and between them a router that translates addresses with nftables: as kube-proxy does on a node.</summary>
/// <remarks>
/// <code>
///   client 10.9.1.2, fd09:1::2 --- in [router] out --- server 10.9.2.2, fd09:2::2
///
///   10.96.0.1, fd96::1   the server at port 8080                      (a ClusterIP)
///   10.96.0.2, fd96::2   the same, from the router's own address      (a NodePort with SNAT)
///   10.96.0.3, fd96::3   the same, from 10.9.2.77, fd09:2::77
///   the server's own address at port 9090: from the router's address  (masquerade)
///   the server's own address otherwise: as it is
/// </code>
/// </remarks>
internal sealed partial class TranslatingRouter : IDisposable
{
    public const int ServerPort = 8080;
    public const int MasqueradedPort = 9090;

    private readonly TestNamespace _client = TestNamespace.Create();
    private readonly TestNamespace _router = TestNamespace.Create();
    private readonly TestNamespace _server = TestNamespace.Create();
    private readonly List<IDisposable> _open = [];

    public TranslatingRouter()
    {
        foreach (var ns in (TestNamespace[])[_client, _router, _server])
        {
            // A link-local address that is still tentative sends no neighbour solicitation for what is forwarded (net/ipv6/ndisc.c).
            ns.Exec("sysctl", "-qw", "net.ipv6.conf.all.accept_dad=0", "net.ipv6.conf.default.accept_dad=0");
        }

        Join(_client, "in", 1);
        Join(_server, "out", 2);
        _router.Exec("sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1");
        Shell.Run("nsenter", [$"--net={_router.Path}", "nft", "-f", "-"], Rules);

        // A connection is not forgotten while a test asks for it, however slow the machine is.
        _router.Exec(
            "sysctl",
            "-qw",
            "net.netfilter.nf_conntrack_icmp_timeout=600",
            "net.netfilter.nf_conntrack_icmpv6_timeout=600",
            "net.netfilter.nf_conntrack_udp_timeout=600"
        );
        _client.AwaitAnswer("10.9.2.2");
        _client.AwaitAnswer("fd09:2::2");
        Flush();
    }

    public string Path => _router.Path;

    /// <summary>Runs ip(8) in the router.</summary>
    public string Ip(string arguments) => _router.Ip(arguments);

    public Conntrack OpenConntrack() => NetworkNamespace.Run(_router.Path, Conntrack.Open);

    /// <summary>Connects, and exchanges a few bytes. What it opens stays open until the end of the test.</summary>
    /// <returns>The client's packets before translation.</returns>
    public ConnectionTuple Talk(ProtocolType protocol, string address, int port, int serverPort = ServerPort)
    {
        var target = new IPEndPoint(IPAddress.Parse(address), port);
        var server = NetworkNamespace.Run(
            _server.Path,
            () =>
            {
                var any =
                    target.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any;
                var socket = Open(protocol, target.AddressFamily);
                socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
                socket.Bind(new IPEndPoint(any, serverPort));
                if (protocol == ProtocolType.Tcp)
                {
                    socket.Listen();
                }

                return socket;
            }
        );
        var client = NetworkNamespace.Run(
            _client.Path,
            () =>
            {
                var socket = Open(protocol, target.AddressFamily);
                socket.Connect(target);
                return socket;
            }
        );
        client.Send("hello"u8);
        if (protocol == ProtocolType.Tcp)
        {
            _open.Add(server.Accept());
        }
        else
        {
            EndPoint sender = new IPEndPoint(IPAddress.IPv6Any, 0);
            sender =
                target.AddressFamily == AddressFamily.InterNetwork
                    ? new IPEndPoint(IPAddress.Any, 0)
                    : sender;
            server.ReceiveFrom(new byte[16], ref sender);
            server.SendTo("hello"u8, sender);
            client.Receive(new byte[16]);
        }

        // Another connection of the same test listens anew.
        _open.Add(client);
        server.Dispose();
        var local = (IPEndPoint)client.LocalEndPoint!;
        return Tuple((byte)protocol, local.Address, local.Port, target.Address, port);
    }

    /// <summary>Sends an echo request and gets the reply.</summary>
    /// <returns>The client's packets before translation.</returns>
    public ConnectionTuple Ping(string address, ushort identifier)
    {
        _client.Exec(
            "ping",
            "-c",
            "1",
            "-W",
            "5",
            "-e",
            identifier.ToString(CultureInfo.InvariantCulture),
            address
        );
        var target = IPAddress.Parse(address);
        var isIPv4 = target.AddressFamily == AddressFamily.InterNetwork;
        var local = IPAddress.Parse(isIPv4 ? "10.9.1.2" : "fd09:1::2");
        return Tuple((byte)(isIPv4 ? 1 : 58), local, identifier, target, identifier);
    }

    /// <summary>What conntrack(8) lists: original and reply tuple of each connection.</summary>
    public List<(ConnectionTuple Original, ConnectionTuple Reply)> List()
    {
        var list = new List<(ConnectionTuple, ConnectionTuple)>();
        foreach (var family in (string[])["ipv4", "ipv6"])
        {
            foreach (
                var line in _router
                    .Exec("conntrack", "-L", "-f", family, "-o", "extended")
                    .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            )
            {
                var protocol = byte.Parse(
                    ProtocolNumber().Match(line).Groups["number"].Value,
                    CultureInfo.InvariantCulture
                );
                var found = Direction().Matches(line);
                list.Add((Read(protocol, found[0]), Read(protocol, found[1])));
            }
        }

        return list;
    }

    /// <summary>Forgets all connections.</summary>
    public void Flush() => _router.Exec("conntrack", "-F");

    public static ConnectionTuple Tuple(
        byte protocol,
        IPAddress from,
        int fromPort,
        IPAddress to,
        int toPort
    ) =>
        new()
        {
            Protocol = protocol,
            Source = Bytes(from),
            Destination = Bytes(to),
            SourcePort = (ushort)fromPort,
            DestinationPort = (ushort)toPort,
        };

    public void Dispose()
    {
        foreach (var socket in _open)
        {
            socket.Dispose();
        }

        _client.Dispose();
        _router.Dispose();
        _server.Dispose();
    }

    private const string Rules = """
        table inet nm {
          chain prerouting {
            type nat hook prerouting priority dstnat
            ip daddr { 10.96.0.1, 10.96.0.2, 10.96.0.3 } meta l4proto { tcp, udp, sctp } dnat ip to 10.9.2.2:8080
            ip daddr { 10.96.0.1, 10.96.0.2, 10.96.0.3 } dnat ip to 10.9.2.2
            ip6 daddr { fd96::1, fd96::2, fd96::3 } meta l4proto { tcp, udp, sctp } dnat ip6 to [fd09:2::2]:8080
            ip6 daddr { fd96::1, fd96::2, fd96::3 } dnat ip6 to fd09:2::2
          }
          chain postrouting {
            type nat hook postrouting priority srcnat
            ct original ip daddr 10.96.0.2 masquerade
            ct original ip6 daddr fd96::2 masquerade
            ct original ip daddr 10.96.0.3 snat ip to 10.9.2.77
            ct original ip6 daddr fd96::3 snat ip6 to fd09:2::77
            meta l4proto { tcp, udp } th dport 9090 masquerade
          }
        }
        """;

    private void Join(TestNamespace host, string name, int number)
    {
        _router.Ip($"link add {name} type veth peer name eth0 netns {host.Name}");
        _router.Ip($"addr add 10.9.{number}.1/24 dev {name}");
        _router.Ip($"addr add fd09:{number}::1/64 dev {name} nodad");
        _router.Ip($"link set {name} up");
        host.Ip("link set lo up");
        host.Ip($"addr add 10.9.{number}.2/24 dev eth0");
        host.Ip($"addr add fd09:{number}::2/64 dev eth0 nodad");
        host.Ip("link set eth0 up");
        host.Ip($"route add default via 10.9.{number}.1");
        host.Ip($"-6 route add default via fd09:{number}::1");
        if (number == 2)
        {
            // Where the translated source is.
            _router.Ip($"addr add 10.9.2.77/24 dev {name}");
            _router.Ip($"addr add fd09:2::77/64 dev {name} nodad");
        }
    }

    private static Socket Open(ProtocolType protocol, AddressFamily family) =>
        new(family, protocol == ProtocolType.Tcp ? SocketType.Stream : SocketType.Dgram, protocol)
        {
            ReceiveTimeout = 10_000,
        };

    private static ConnectionTuple Read(byte protocol, Match match)
    {
        var identifier = match.Groups["id"];
        var from = identifier.Success ? identifier : match.Groups["sport"];
        var to = identifier.Success ? identifier : match.Groups["dport"];
        return Tuple(
            protocol,
            IPAddress.Parse(match.Groups["src"].Value),
            int.Parse(from.Value, CultureInfo.InvariantCulture),
            IPAddress.Parse(match.Groups["dst"].Value),
            int.Parse(to.Value, CultureInfo.InvariantCulture)
        );
    }

    private static AddressBytes Bytes(IPAddress address)
    {
        var bytes = default(AddressBytes);
        address.MapToIPv6().GetAddressBytes().CopyTo(bytes);
        return bytes;
    }

    [GeneratedRegex(@"^ipv\d\s+\d+\s+\S+\s+(?<number>\d+) ", RegexOptions.ExplicitCapture, 60_000)]
    private static partial Regex ProtocolNumber();

    [GeneratedRegex(
        @"src=(?<src>\S+) dst=(?<dst>\S+) (sport=(?<sport>\d+) dport=(?<dport>\d+)|type=\d+ code=\d+ id=(?<id>\d+))",
        RegexOptions.ExplicitCapture,
        60_000
    )]
    private static partial Regex Direction();
}
