using System.Net;
using System.Net.Sockets;
using NetMon.EndToEnd.Traffic;
using NetMon.Testing.Lab;

namespace NetMon.EndToEnd.Outcomes;

/// <summary>What became of connections: as many as were made, refused and unanswered, no more and no fewer.</summary>
public sealed class ConnectionOutcomes
{
    private const int Made = 20;
    private const int Refused = 7;
    private const int Unanswered = 3;

    [SkippableFact]
    public void Flows_are_counted_once_each_as_ok_or_failed()
    {
        LabRequirements.SkipIfMissing("curl", "nginx", "nft");
        using var lab = new TwoHosts(offloads: true);
        lab.Peer.Run(
            "nft",
            "add table inet t; add chain inet t in { type filter hook input priority 0; }; add rule inet t in tcp dport 7777 drop"
        );
        using var web = new WebServer(lab.Peer);
        using var agent = AgentProcess.Start(
            lab.Host,
            "--interval",
            "200ms",
            "--tcp-handshake",
            "2s",
            "--tcp-closed",
            "1s"
        );
        var stream = agent.Follow();

        Programs.Fetch(lab, new UriBuilder("http", TwoHosts.PeerV4.ToString()).Uri, Made);
        for (var i = 0; i < Refused; i++)
        {
            Assert.Equal(
                SocketError.ConnectionRefused,
                Sockets.Connect(lab.Host, new IPEndPoint(TwoHosts.PeerV6, 81), Wait.Patience)
            );
        }

        Parallel.For(
            0,
            Unanswered,
            _ => Sockets.Connect(lab.Host, new IPEndPoint(TwoHosts.PeerV4, 7777), TimeSpan.FromSeconds(1.5))
        );

        (string, string)[] ok = [("protocol", "tcp"), ("direction", "egress"), ("status", "ok")];
        (string, string)[] failed = [("protocol", "tcp"), ("direction", "egress"), ("status", "failed")];
        MetricsSnapshot metrics = agent.ReadMetrics();
        Wait.TryUntil(
            () => (metrics = agent.ReadMetrics()).Sum("netmon_flows_total", failed) >= Refused + Unanswered,
            Wait.Patience
        );

        Assert.Equal(Made, metrics.Sum("netmon_flows_total", ok));
        Assert.Equal(Refused + Unanswered, metrics.Sum("netmon_flows_total", failed));
        Assert.Equal(Made + Refused + Unanswered, metrics.Sum("netmon_flows_total", ("protocol", "tcp")));
        Assert.Equal(Made, metrics.Sum("netmon_latency_seconds_count", ("type", "connect")));
        Assert.Equal(Refused, metrics.Sum("netmon_tcp_resets_total"));
        Assert.Equal(Refused, metrics.Sum("netmon_flow_failures_total", ("cause", "refused")));
        // The peer is another namespace of the same kernel, which tells what its rule dropped.
        var unanswered = metrics.Sum("netmon_feature_up", ("feature", "drops")) == 1 ? "policy" : "timeout";
        Assert.Equal(Unanswered, metrics.Sum("netmon_flow_failures_total", ("cause", unanswered)));
        Assert.Equal(Refused + Unanswered, metrics.Sum("netmon_flow_failures_total"));
        Assert.Equal(Made, metrics.Sum("netmon_latency_seconds_count", ("type", "connect_server")));
        Assert.Equal(Made, metrics.Sum("netmon_latency_seconds_count", ("type", "connect_client")));

        Assert.Equal(0, agent.Stop());
        stream.WaitForEnd();
        var flows = stream
            .Flows.Where(flow => flow.Protocol == "tcp")
            .ToLookup(flow => (flow.Status, flow.Cause));
        Assert.Equal(Made, flows[("ok", "")].Count());
        Assert.Equal(Refused, flows[("failed", "refused")].Count());
        Assert.Equal(Unanswered, flows[("failed", unanswered)].Count());
        Assert.All(flows[("ok", "")], AssertConnectTime);
    }

    // From the SYN to the ACK through two namespaces: more than nothing, and far less than a retry.
    private static void AssertConnectTime(StreamedFlow flow) =>
        Assert.InRange(flow.Json.GetProperty("tcp").GetProperty("connect_us").GetInt64(), 1, 500_000);
}
