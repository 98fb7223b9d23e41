using System.Net;
using System.Net.Sockets;
using NetMon.Bpf.Records;
using NetMon.Testing.Packets;

namespace NetMon.Bpf.Tests.Drops;

/// <summary>Real causes of drops: reason, place, flow, packets and bytes against what the kernel itself counts.</summary>
public class DropCauseTests
{
    private const int Port = 5001;

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_netfilter_rule_drops_what_its_counter_says(bool typed)
    {
        using var network = new DropNetwork();
        using var observer = new DropObserver(network, typed);
        DropNetwork.Nft(
            network.Router,
            """
            table inet t {
              chain f {
                type filter hook forward priority 0
                udp dport 5001 counter drop
              }
            }
            """
        );
        var client = network.ClientUdp(4001);
        Send(client, packets: 7, size: 100);

        var (packets, bytes) = DropNetwork.NftCounter(network.Router, 7);
        Assert.Equal((7, 7 * 128), (packets, bytes));
        var drop = Assert.Single(observer.Wait("NETFILTER_DROP", packets));
        Assert.Equal((packets, bytes), ((long)drop.Value.Packets, (long)drop.Value.Bytes));
        Assert.Equal(("10.44.1.2:4001", "10.44.2.2:5001"), (drop.Sender, drop.Receiver));
        Assert.Equal(("rc", DropPath.Receive, 17), (drop.Interface, drop.Key.Path, drop.Key.Flow.Protocol));
        Assert.InRange(drop.Value.LastNs, drop.Value.FirstNs, ulong.MaxValue);
        Assert.NotEmpty(Bpf.Drops.KernelSymbols.Find([drop.Key.Location]));
    }

    [SkippableFact]
    public void A_translated_packet_tells_whom_its_sender_asked()
    {
        using var network = new DropNetwork();
        using var observer = new DropObserver(network);
        DropNetwork.Nft(
            network.Router,
            """
            table inet t {
              chain n {
                type nat hook prerouting priority dstnat
                ip daddr 10.96.0.1 udp dport 80 dnat ip to 10.44.2.2:5001
              }
              chain f {
                type filter hook forward priority 0
                udp dport 5001 counter drop
              }
            }
            """
        );
        var client = network.ClientUdp(4002);
        client.SendTo(new byte[10], new IPEndPoint(IPAddress.Parse("10.96.0.1"), 80));

        var drop = Assert.Single(observer.Wait("NETFILTER_DROP", 1));
        Assert.Equal(("10.44.1.2:4002", "10.44.2.2:5001"), (drop.Sender, drop.Receiver));
        var value = drop.Value;
        Assert.Equal(17, value.Original.Protocol);
        Assert.Equal(4002, value.Original.Port[value.OriginalFrom]);
        Assert.Equal(80, value.Original.Port[1 - value.OriginalFrom]);
        Assert.Equal(value.OriginalFrom, value.OriginalSource);
    }

    [SkippableFact]
    public void A_full_socket_buffer_drops_what_the_reader_does_not_get()
    {
        const int Sent = 400;
        using var network = new DropNetwork();
        using var observer = new DropObserver(network);
        var server = network.ServerUdp(Port);
        server.ReceiveBufferSize = 4096;
        var before = DropNetwork.Count(network.Server, "Udp", "RcvbufErrors");
        Send(network.ClientUdp(4003), Sent, size: 1000);
        server.Blocking = false;
        var (truth, received) = (0L, 0);
        DropNetwork.Await(
            () =>
            {
                for (; server.Available > 0; received++)
                {
                    server.Receive(new byte[2000]);
                }

                truth = DropNetwork.Count(network.Server, "Udp", "RcvbufErrors") - before;
                return truth + received;
            },
            Sent
        );
        Assert.Equal(Sent - received, truth);
        Assert.True(truth > 0);
        var drops = observer.Wait("SOCKET_RCVBUFF", truth);
        Assert.Equal(truth, Packets(drops));
        Assert.Equal(truth * 1028, Bytes(drops));
        Assert.All(
            drops,
            drop => Assert.Equal(("10.44.1.2:4003", "s0"), (drop.Sender, InterfaceOf(network, drop)))
        );
    }

    [SkippableFact]
    public void No_route_to_forward_by()
    {
        using var network = new DropNetwork();
        using var observer = new DropObserver(network);
        var before = DropNetwork.Count(network.Router, "IpExt", "InNoRoutes");
        Send(network.ClientUdp(4004), 5, size: 50, to: "10.99.99.99");
        var truth = DropNetwork.Await(
            () => DropNetwork.Count(network.Router, "IpExt", "InNoRoutes") - before,
            5
        );

        Assert.Equal(5, truth);
        var drops = observer.Wait("IP_INNOROUTES", truth);
        Assert.Equal((truth, truth * 78), (Packets(drops), Bytes(drops)));
        Assert.All(drops, drop => Assert.Equal(("10.99.99.99:5001", "rc"), (drop.Receiver, drop.Interface)));
    }

    [SkippableFact]
    public void No_route_to_send_by_is_of_the_flow_of_its_socket()
    {
        using var network = new DropNetwork();
        using var observer = new DropObserver(network);
        var listener = network.Open(
            network.Server,
            () =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                socket.Bind(new IPEndPoint(IPAddress.Parse(DropNetwork.ServerAddress), Port));
                socket.Listen();
                return socket;
            }
        );
        var client = network.Open(
            network.Client,
            () =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                socket.Connect(new IPEndPoint(IPAddress.Parse(DropNetwork.ServerAddress), Port));
                return socket;
            }
        );
        using var accepted = listener.Accept();
        var port = ((IPEndPoint)client.LocalEndPoint!).Port;
        network.Client.Ip("route del default");
        var before = DropNetwork.Count(network.Client, "Ip", "OutNoRoutes");
        client.Send(new byte[100]);

        var drops = observer.Wait("IP_OUTNOROUTES", 1);
        Assert.InRange(DropNetwork.Count(network.Client, "Ip", "OutNoRoutes") - before, 1, long.MaxValue);
        var drop = Assert.Single(drops);
        Assert.Equal(($"10.44.1.2:{port}", "10.44.2.2:5001"), (drop.Sender, drop.Receiver));
        Assert.Equal((DropPath.Send, 6), (drop.Key.Path, drop.Key.Flow.Protocol));

        // The IP header is not made yet; TCP's, with time stamps, is. A route that is gone counts as one with the smallest MTU soon
        // after, so what is sent again may be meant for several segments.
        var (times, rest) = Math.DivRem(drop.Value.Bytes - (drop.Value.Packets * (20 + 32)), 100);
        Assert.Equal(0ul, rest);
        Assert.InRange(times, 1ul, drop.Value.Packets);
    }

    [SkippableFact]
    public void A_wrong_checksum()
    {
        using var network = new DropNetwork();
        using var observer = new DropObserver(network);
        var before = DropNetwork.Count(network.Server, "Tcp", "InCsumErrors");
        SendRaw(
            network,
            6,
            Packet
                .Bare.IPv4(DropNetwork.ClientAddress, DropNetwork.ServerAddress)
                .Tcp(4005, Port, TcpFlags.Syn, change: tcp => tcp with { Checksum = 0xbad })
        );
        var truth = DropNetwork.Await(
            () => DropNetwork.Count(network.Server, "Tcp", "InCsumErrors") - before,
            6
        );

        Assert.Equal(6, truth);
        var drops = observer.Wait("TCP_CSUM", truth);
        Assert.Equal((truth, truth * 40), (Packets(drops), Bytes(drops)));
        Assert.All(drops, drop => Assert.Equal(("10.44.1.2:4005", "s0"), (drop.Sender, drop.Interface)));
    }

    [SkippableFact]
    public void A_time_to_live_that_is_used_up()
    {
        using var network = new DropNetwork();
        using var observer = new DropObserver(network);
        var before = DropNetwork.Count(network.Router, "Ip", "InHdrErrors");
        var client = network.ClientUdp(4006);
        client.Ttl = 1;
        Send(client, 3, size: 20);
        var truth = DropNetwork.Await(
            () => DropNetwork.Count(network.Router, "Ip", "InHdrErrors") - before,
            3
        );

        Assert.Equal(3, truth);
        var drops = observer.Wait("IP_INHDR", truth);
        Assert.Equal((truth, truth * 48), (Packets(drops), Bytes(drops)));
        Assert.All(drops, drop => Assert.Equal(("10.44.1.2:4006", "rc"), (drop.Sender, drop.Interface)));
    }

    [SkippableFact]
    public void Larger_than_the_mtu_and_not_to_be_fragmented()
    {
        using var network = new DropNetwork();
        using var observer = new DropObserver(network);
        network.Router.Ip("link set rs mtu 1000");
        var before = DropNetwork.Count(network.Router, "Ip", "FragFails");
        SendRaw(
            network,
            4,
            Packet
                .Bare.IPv4(
                    DropNetwork.ClientAddress,
                    DropNetwork.ServerAddress,
                    ip => ip with { DontFragment = true }
                )
                .Udp(4007, Port)
                .Payload(new byte[1172])
        );
        var truth = DropNetwork.Await(() => DropNetwork.Count(network.Router, "Ip", "FragFails") - before, 4);

        Assert.Equal(4, truth);
        var drops = observer.Wait("PKT_TOO_BIG", truth);
        Assert.Equal((truth, truth * 1200), (Packets(drops), Bytes(drops)));
        Assert.All(
            drops,
            drop => Assert.Equal(("10.44.1.2:4007", "10.44.2.2:5001"), (drop.Sender, drop.Receiver))
        );
    }

    [SkippableFact]
    public void A_sender_whose_route_leads_elsewhere()
    {
        using var network = new DropNetwork();
        using var observer = new DropObserver(network);
        network.Router.Exec("sysctl", "-qw", "net.ipv4.conf.all.rp_filter=1", "net.ipv4.conf.rc.rp_filter=1");
        var before = DropNetwork.Count(network.Router, "TcpExt", "IPReversePathFilter");
        SendRaw(
            network,
            5,
            Packet.Bare.IPv4("10.44.2.99", DropNetwork.ServerAddress).Udp(4008, Port).Payload(new byte[12])
        );
        var truth = DropNetwork.Await(
            () => DropNetwork.Count(network.Router, "TcpExt", "IPReversePathFilter") - before,
            5
        );

        Assert.Equal(5, truth);
        var drops = observer.Wait("IP_RPFILTER", truth);
        Assert.Equal((truth, truth * 40), (Packets(drops), Bytes(drops)));
        Assert.All(drops, drop => Assert.Equal(("10.44.2.99:4008", "rc"), (drop.Sender, drop.Interface)));
    }

    [SkippableFact]
    public void A_queue_that_shapes_drops_what_tc_says()
    {
        using var network = new DropNetwork();
        using var observer = new DropObserver(network);
        // Of its own the router would send reports of groups and look for neighbours there, which the queue drops as well.
        network.Router.Exec("sysctl", "-qw", "net.ipv6.conf.rs.disable_ipv6=1");
        network.Router.Ip(
            $"neigh replace {DropNetwork.ServerAddress} lladdr {ServerMac(network)} dev rs nud permanent"
        );
        network.Router.Exec([.. "tc qdisc add dev rs root tbf rate 8kbit burst 1600 limit 3000".Split(' ')]);
        Send(network.ClientUdp(4009), 50, size: 972);
        DropNetwork.Await(() => DropNetwork.QdiscSeen(network.Router, "rs"), 50);
        var truth = DropNetwork.QdiscDropped(network.Router, "rs");

        Assert.InRange(truth, 1, 50);
        var drops = observer.Wait("QDISC_DROP", truth);
        Assert.Equal((truth, truth * 1000), (Packets(drops), Bytes(drops)));
        Assert.All(
            drops,
            drop =>
                Assert.Equal(
                    ("10.44.1.2:4009", "rs", DropPath.Forward),
                    (drop.Sender, drop.Interface, drop.Key.Path)
                )
        );
    }

    [SkippableFact]
    public void An_icmp_error_that_is_dropped_is_of_the_flow_that_it_quotes()
    {
        using var network = new DropNetwork();
        using var observer = new DropObserver(network);
        DropNetwork.Nft(
            network.Client,
            """
            table inet t {
              chain i {
                type filter hook input priority 0
                icmp type destination-unreachable counter drop
              }
            }
            """
        );
        Send(network.ClientUdp(4010), 1, size: 30);

        var drop = Assert.Single(observer.Wait("NETFILTER_DROP", 1));
        Assert.Equal(
            ("10.44.2.2:5001", "10.44.1.2:4010", 17),
            (drop.Sender, drop.Receiver, drop.Key.Flow.Protocol)
        );
        Assert.Equal(
            DropNetwork.NftCounter(network.Client),
            ((long)drop.Value.Packets, (long)drop.Value.Bytes)
        );
    }

    [SkippableFact]
    public void A_packet_of_ipv6()
    {
        using var network = new DropNetwork();
        using var observer = new DropObserver(network);
        DropNetwork.Nft(
            network.Router,
            """
            table inet t {
              chain f {
                type filter hook forward priority 0
                meta l4proto udp counter drop
              }
            }
            """
        );
        var client = network.Open(
            network.Client,
            () => new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp)
        );
        client.SendTo(new byte[60], new IPEndPoint(IPAddress.Parse("fd44:2::2"), Port));

        var drop = Assert.Single(observer.Wait("NETFILTER_DROP", 1));
        Assert.Equal("fd44:2::2:5001", drop.Receiver);
        Assert.Equal(
            DropNetwork.NftCounter(network.Router),
            ((long)drop.Value.Packets, (long)drop.Value.Bytes)
        );
    }

    private static void Send(Socket client, int packets, int size, string to = DropNetwork.ServerAddress)
    {
        var target = new IPEndPoint(IPAddress.Parse(to), Port);
        for (var i = 0; i < packets; i++)
        {
            try
            {
                client.SendTo(new byte[size], target);
            }
            catch (SocketException)
            {
                // The answer to the one before: this one was not sent.
                client.SendTo(new byte[size], target);
            }
        }
    }

    private static void SendRaw(DropNetwork network, int packets, Packet packet)
    {
        var client = network.ClientRaw();
        for (var i = 0; i < packets; i++)
        {
            client.SendTo(packet.Build(), new IPEndPoint(IPAddress.Parse(DropNetwork.ServerAddress), 0));
        }
    }

    private static string ServerMac(DropNetwork network) =>
        network.Server.Ip("-br link show s0").Split(' ', StringSplitOptions.RemoveEmptyEntries)[2];

    private static long Packets(List<SeenDrop> drops) => drops.Sum(drop => (long)drop.Value.Packets);

    private static long Bytes(List<SeenDrop> drops) => drops.Sum(drop => (long)drop.Value.Bytes);

    // By then UDP uses the device's place for something else: the index is all that is known.
    private static string InterfaceOf(DropNetwork network, SeenDrop drop) =>
        drop.Interface.Length > 0 ? drop.Interface
        : network
            .Server.Ip("-o link")
            .Split('\n')
            .Any(line => line.StartsWith($"{drop.Key.Ifindex}: s0", StringComparison.Ordinal))
            ? "s0"
        : "?";
}
