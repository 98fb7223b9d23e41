using System.Net;
using NetMon.EndToEnd.Traffic;
using NetMon.Testing.Lab;
using NetMon.Testing.Packets;

namespace NetMon.EndToEnd.Exactness;

/// <summary>All kinds of traffic between two hosts, once, seen by the agent and by tcpdump.</summary>
internal sealed class ObservedTraffic
{
    public const int Pings = 10;
    public const ushort BlackHole = 7777;
    public const ushort ClosedPort = 81;
    public const ushort ClosedUdpPort = 9;
    public const ushort FragmentPort = 6001;
    public const ushort SegmentPort = 6002;
    public const ushort SctpPort = 6003;
    public const ushort VlanPort = 6004;
    public const int Datagrams = 10;

    private ObservedTraffic() { }

    /// <summary>What tcpdump saw.</summary>
    public FlowTally Wire { get; private init; } = new();

    /// <summary>The sum of the agent's records, drained.</summary>
    public FlowTally Stream { get; private init; } = new();

    public IReadOnlyList<StreamedFlow> Flows { get; private init; } = [];

    /// <summary>The last metrics before the agent was stopped.</summary>
    public MetricsSnapshot Metrics { get; private init; } = MetricsSnapshot.Parse("");

    public int ExitCode { get; private init; }

    public static ObservedTraffic Make(bool offloads, params string[] agentArguments)
    {
        using var lab = new TwoHosts(offloads);
        lab.Peer.Run(
            "nft",
            $"add table inet t; add chain inet t in {{ type filter hook input priority 0; }}; add rule inet t in tcp dport {BlackHole} drop"
        );
        using var web = new WebServer(lab.Peer);

        // Without offloads, the interface itself is the wire; with them, that is behind the router.
        using var capture = PacketCapture.Start(offloads ? lab.PeerInterface : lab.HostInterface);
        using var agent = AgentProcess.Start(
            lab.Host,
            [
                "--interval",
                "500ms",
                "--tcp-handshake",
                "5s",
                "--tcp-closed",
                "1s",
                "--labels",
                "address",
                .. agentArguments,
            ]
        );
        var stream = agent.Follow();

        var blackHole = Task.Run(() =>
            Sockets.Connect(lab.Host, new IPEndPoint(TwoHosts.PeerV4, BlackHole), TimeSpan.FromSeconds(4))
        );
        Send(lab, vlan: !offloads);
        blackHole.GetAwaiter().GetResult();

        capture.Stop();
        var wire = WireReader.Read(capture.Path).Where(IsTest);
        var metrics = agent.ReadMetrics();
        Wait.TryUntil(
            () => ByAddresses(metrics = agent.ReadMetrics()).SequenceEqual(ByAddresses(wire)),
            Wait.Patience
        );
        var exitCode = agent.Stop();
        stream.WaitForEnd();
        return new()
        {
            Wire = wire,
            Stream = stream.Tally.Where(IsTest),
            Flows = stream.Flows,
            Metrics = metrics,
            ExitCode = exitCode,
        };
    }

    /// <summary>By protocol and addresses, in order: what the metrics tell apart.</summary>
    public static IEnumerable<(string Protocol, string Source, string Destination, Count Count)> ByAddresses(
        FlowTally tally
    ) =>
        tally
            .Counts.GroupBy(each => (each.Key.Protocol, each.Key.Source, each.Key.Destination))
            .Select(group =>
                (
                    StreamedFlow.ProtocolName(group.Key.Protocol),
                    group.Key.Source.ToString(),
                    group.Key.Destination.ToString(),
                    group.Aggregate(default(Count), (sum, each) => sum + each.Value)
                )
            )
            .Order();

    /// <summary>The same from /metrics.</summary>
    public static IEnumerable<(string Protocol, string Source, string Destination, Count Count)> ByAddresses(
        MetricsSnapshot metrics
    ) =>
        metrics
            .Samples.Where(sample => sample.Name is "netmon_packets_total" or "netmon_bytes_total")
            .GroupBy(sample =>
                (
                    sample.Label("protocol"),
                    Source: sample.Label("src_ip"),
                    Destination: sample.Label("dst_ip")
                )
            )
            .Select(group =>
                (
                    group.Key.Item1,
                    group.Key.Source,
                    group.Key.Destination,
                    new Count(
                        (long)
                            group
                                .Where(sample => sample.Name == "netmon_packets_total")
                                .Sum(sample => sample.Value),
                        (long)
                            group
                                .Where(sample => sample.Name == "netmon_bytes_total")
                                .Sum(sample => sample.Value)
                    )
                )
            )
            .Where(each => IsTestAddress(each.Source) && IsTestAddress(each.Destination))
            .Order();

    private static void Send(TwoHosts lab, bool vlan)
    {
        foreach (var to in (IPAddress[])[TwoHosts.PeerV4, TwoHosts.PeerV6])
        {
            Programs.Iperf(lab, to, "--bytes", "8M", "--window", "128K");
            Programs.Iperf(lab, to, "--bytes", "8M", "--window", "128K", "--reverse");
            Programs.Iperf(lab, to, "--bytes", "1M", "--udp", "--length", "1200", "--bitrate", "80M");
            Programs.Ping(lab, to, Pings, bytes: 56);
            Programs.Ping(lab, to, Pings, bytes: 3000);
            Programs.Fetch(lab, new UriBuilder("http", to.ToString()).Uri, times: 3);
            Sockets.Connect(lab.Host, new IPEndPoint(to, ClosedPort), Wait.Patience);
            Sockets.Datagrams(lab, new IPEndPoint(to, FragmentPort), Datagrams, bytes: 4000);
            Sockets.Datagrams(lab, new IPEndPoint(to, ClosedUdpPort), Datagrams, bytes: 100, listen: false);
            Sockets.SegmentedDatagrams(
                lab,
                new IPEndPoint(to, SegmentPort),
                segments: 20,
                segmentBytes: 1000
            );
        }

        SendSctp(lab);
        if (vlan)
        {
            SendTagged(lab);
        }
    }

    // No SCTP in the kernel is needed to send its packets; the peer answers that it does not know the protocol.
    private static void SendSctp(TwoHosts lab)
    {
        using var sender = new RawSender(lab.HostInterface);
        var frame = Packet
            .Ethernet(ethernet =>
                ethernet with
                {
                    Source = lab.HostInterface.HardwareAddress,
                    Destination = lab.RouterInterface.HardwareAddress,
                }
            )
            .IPv4(TwoHosts.HostV4.ToString(), TwoHosts.PeerV4.ToString())
            .Sctp(SctpPort, SctpPort)
            .Build();
        for (var i = 0; i < Datagrams; i++)
        {
            sender.Send(frame);
        }
    }

    // The host has no such VLAN and drops the packets, after the hook and tcpdump saw them.
    private static void SendTagged(TwoHosts lab)
    {
        using var sender = new RawSender(lab.RouterInterface);
        var ethernet = Packet.Ethernet(ethernet =>
            ethernet with
            {
                Source = lab.RouterInterface.HardwareAddress,
                Destination = lab.HostInterface.HardwareAddress,
            }
        );
        foreach (var tagged in (Packet[])[ethernet.Vlan(7), ethernet.Vlan(7, VlanLayer.ServiceTag).Vlan(8)])
        {
            var v4 = tagged
                .IPv4(TwoHosts.PeerV4.ToString(), TwoHosts.HostV4.ToString())
                .Udp(VlanPort, VlanPort)
                .Payload(100);
            var v6 = tagged
                .IPv6(TwoHosts.PeerV6.ToString(), TwoHosts.HostV6.ToString())
                .Udp(VlanPort, VlanPort)
                .Payload(100);
            for (var i = 0; i < Datagrams; i++)
            {
                sender.Send(v4.Build());
                sender.Send(v6.Build());
            }
        }
    }

    // Between these two there is no neighbour discovery: what else is on the wire comes at times of its own.
    private static bool IsTest(Way way) => IsTestAddress(way.Source) && IsTestAddress(way.Destination);

    private static bool IsTestAddress(string address) =>
        IPAddress.TryParse(address, out var parsed) && IsTestAddress(parsed);

    private static bool IsTestAddress(IPAddress address) =>
        address.Equals(TwoHosts.HostV4)
        || address.Equals(TwoHosts.HostV6)
        || address.Equals(TwoHosts.PeerV4)
        || address.Equals(TwoHosts.PeerV6);
}
