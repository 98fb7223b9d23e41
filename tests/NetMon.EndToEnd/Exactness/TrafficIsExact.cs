using NetMon.Testing.Lab;

namespace NetMon.EndToEnd.Exactness;

/// <summary>One run of all traffic for the tests of a class, made by the first of them.</summary>
public sealed class TrafficRun
{
    private Lazy<ObservedTraffic>? _made;

    internal ObservedTraffic Of(bool offloads, params string[] agentArguments)
    {
        LabRequirements.SkipIfMissing("iperf3", "ping", "curl", "nginx", "nft");
        _made ??= new(() => ObservedTraffic.Make(offloads, agentArguments));
        return _made.Value;
    }
}

/// <summary>The interface itself is the wire: no packet on it is larger than the MTU.</summary>
public sealed class TrafficIsExactWithoutOffloads(TrafficRun run) : TrafficIsExact, IClassFixture<TrafficRun>
{
    private protected override ObservedTraffic Observed => run.Of(offloads: false);

    [SkippableFact]
    public void Frames_with_one_and_two_vlan_tags_count_in_the_flow_that_they_carry() =>
        AssertExact(
            way => way.DestinationPort == ObservedTraffic.VlanPort,
            expected: 4 * ObservedTraffic.Datagrams
        );
}

/// <summary>Packets of up to 64 KB pass the interface; the wire is behind a router that cuts and gathers them.</summary>
public sealed class TrafficIsExactWithOffloads(TrafficRun run) : TrafficIsExact, IClassFixture<TrafficRun>
{
    private protected override ObservedTraffic Observed => run.Of(offloads: true);
}

/// <summary>Filters on a clsact qdisc see what TCX links see.</summary>
public sealed class TrafficIsExactWithClsact(TrafficRun run) : TrafficIsExact, IClassFixture<TrafficRun>
{
    private protected override ObservedTraffic Observed => run.Of(offloads: true, "--attach", "clsact");
}

/// <summary>What the agent reports equals what tcpdump counts, packet for packet and byte for byte.</summary>
public abstract class TrafficIsExact
{
    private const byte Icmp = 1;
    private const byte Tcp = 6;
    private const byte Udp = 17;
    private const byte Icmp6 = 58;
    private const byte Sctp = 132;

    private protected abstract ObservedTraffic Observed { get; }

    [SkippableFact]
    public void Every_flow_has_the_packets_and_bytes_that_tcpdump_counted() =>
        Observers.AssertAgree(Observed.Wire, Observed.Stream);

    [SkippableFact]
    public void The_metrics_have_the_same_sums_by_protocol_and_addresses() =>
        Assert.Equal(
            ObservedTraffic.ByAddresses(Observed.Wire),
            ObservedTraffic.ByAddresses(Observed.Metrics)
        );

    [SkippableFact]
    public void Iperf3_is_exact_over_tcp_on_v4_and_v6() =>
        AssertExact(way => way.Protocol == Tcp && IsIperf(way), expected: 4 * 8_000_000 / 1448);

    [SkippableFact]
    public void Iperf3_is_exact_over_udp_on_v4_and_v6() =>
        AssertExact(way => way.Protocol == Udp && IsIperf(way), expected: 2 * 1_000_000 / 1200);

    [SkippableFact]
    public void Ping_is_exact_on_v4_and_v6_whole_and_in_fragments()
    {
        // Each run: requests and replies of one packet, then of three fragments.
        const int Packets = ObservedTraffic.Pings * 2 * (1 + 3);
        AssertExact(way => way.Protocol == Icmp, Packets);
        AssertExact(way => way.Protocol == Icmp6, Packets);
    }

    [SkippableFact]
    public void Pages_fetched_from_nginx_are_exact() =>
        AssertExact(way => way.SourcePort == 80, expected: 2 * 3 * Traffic.WebServer.PageBytes / 1460);

    [SkippableFact]
    public void Fragments_count_in_the_flow_of_their_datagram()
    {
        AssertExact(
            way => way.DestinationPort == ObservedTraffic.FragmentPort,
            expected: 2 * ObservedTraffic.Datagrams * 3
        );
        Assert.DoesNotContain(Observed.Stream.Counts.Keys, way => way is { Protocol: Udp, SourcePort: 0 });
    }

    [SkippableFact]
    public void Datagrams_that_the_kernel_cuts_count_as_they_leave() =>
        AssertExact(way => way.DestinationPort == ObservedTraffic.SegmentPort, expected: 2 * 20);

    [SkippableFact]
    public void An_icmp_error_counts_in_the_flow_that_it_quotes()
    {
        var answers = (Way way) => way is { Protocol: Udp, SourcePort: ObservedTraffic.ClosedUdpPort };
        AssertExact(answers, expected: 1);
        var flow = Assert.Single(Observed.Flows, IsToClosedUdpPort(v6: false));
        Assert.Equal("failed", flow.Status);
        Assert.Equal("unreachable-port", flow.Cause);
        Assert.Equal("unreachable-port", Assert.Single(Observed.Flows, IsToClosedUdpPort(v6: true)).Cause);
    }

    [SkippableFact]
    public void Sctp_packets_are_flows_by_their_ports() =>
        AssertExact(way => way.Protocol == Sctp, expected: ObservedTraffic.Datagrams);

    [SkippableFact]
    public void A_refused_connection_has_failed_and_says_why()
    {
        AssertExact(
            way => way is { Protocol: Tcp, DestinationPort: ObservedTraffic.ClosedPort },
            expected: 2
        );
        var refused = Observed
            .Flows.Where(flow =>
                flow.Forth.DestinationPort == ObservedTraffic.ClosedPort && flow.Protocol == "tcp"
            )
            .ToList();
        Assert.Equal(2, refused.Count);
        Assert.All(refused, flow => Assert.Equal(("failed", "refused"), (flow.Status, flow.Cause)));
    }

    [SkippableFact]
    public void A_connection_without_an_answer_counts_each_retry_of_its_syn()
    {
        var syns = Observed.Wire.Sum(way => way.DestinationPort == ObservedTraffic.BlackHole).Packets;
        AssertExact(way => way.DestinationPort == ObservedTraffic.BlackHole, expected: 3);
        var retries =
            Observed.Stream.Sum(way => way.DestinationPort == ObservedTraffic.BlackHole).Packets - 1;
        Assert.Equal(syns - 1, retries);
    }

    [SkippableFact]
    public void The_initiator_is_who_sent_the_first_packet() =>
        Assert.All(
            Observed.Flows.Where(flow =>
                Observed.Wire.Counts.ContainsKey(flow.Forth)
                && flow.Forth.DestinationPort != ObservedTraffic.VlanPort
            ),
            flow =>
                Assert.True(
                    flow.Forth.Source.Equals(TwoHosts.HostV4) || flow.Forth.Source.Equals(TwoHosts.HostV6),
                    flow.Json.ToString()
                )
        );

    [SkippableFact]
    public void The_agent_ends_with_success_when_it_is_told_to_end() => Assert.Equal(0, Observed.ExitCode);

    /// <summary>Both observers say the same of some ways, and it is about as much as was sent.</summary>
    private protected void AssertExact(Func<Way, bool> which, long expected)
    {
        var wire = Observed.Wire.Where(which);
        Assert.InRange(wire.Total.Packets, expected, long.MaxValue);
        Observers.AssertAgree(wire, Observed.Stream.Where(which));
    }

    private static bool IsIperf(Way way) => way.SourcePort == 5201 || way.DestinationPort == 5201;

    private static Predicate<StreamedFlow> IsToClosedUdpPort(bool v6) =>
        flow =>
            flow.Forth is { Protocol: Udp, DestinationPort: ObservedTraffic.ClosedUdpPort } way
            && way.Destination.Equals(v6 ? TwoHosts.PeerV6 : TwoHosts.PeerV4);
}
