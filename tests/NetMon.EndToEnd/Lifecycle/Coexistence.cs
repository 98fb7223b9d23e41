using System.Text.Json;
using NetMon.EndToEnd.Traffic;
using NetMon.Testing.Lab;

namespace NetMon.EndToEnd.Lifecycle;

/// <summary>What others have on an interface works on before, with and after the agent; nothing of the agent's stays behind.</summary>
public sealed class Coexistence
{
    [SkippableTheory]
    [InlineData("tcx")]
    [InlineData("clsact")]
    public void A_filter_of_somebody_else_sees_all_packets_and_survives_the_agent(string attach)
    {
        LabRequirements.SkipIfMissing("ping", "tc");
        using var lab = new TwoHosts(offloads: true);
        lab.Host.Run("tc", "qdisc", "add", "dev", "eth0", "clsact");
        lab.Host.Run("tc", ["filter", "add", "dev", "eth0", "egress", "protocol", "ip", "prio", "7", "u32", "match", "ip", "protocol", "1", "0xff", "action", "pass"]);

        Programs.Ping(lab, TwoHosts.PeerV4, count: 5, bytes: 56);
        using (var agent = AgentProcess.Start(lab.Host, "--attach", attach, "--interval", "100ms"))
        {
            Programs.Ping(lab, TwoHosts.PeerV4, count: 5, bytes: 56);
            Wait.Until(
                () => agent.ReadMetrics().Sum("netmon_packets_total", ("protocol", "icmp")) == 10,
                "the pings in the metrics"
            );
            Assert.Equal(10, Passed(lab));
            Assert.Equal(0, agent.Stop());
        }

        Programs.Ping(lab, TwoHosts.PeerV4, count: 5, bytes: 56);
        Assert.Equal(15, Passed(lab));
        AssertNothingOfOurs(lab);
    }

    [SkippableTheory]
    [InlineData("tcx")]
    [InlineData("clsact")]
    public void After_a_kill_the_next_agent_takes_over_and_leaves_nothing_behind(string attach)
    {
        LabRequirements.SkipIfMissing("ping", "tc");
        using var lab = new TwoHosts(offloads: true);
        using (var killed = AgentProcess.Start(lab.Host, "--attach", attach))
        {
            killed.Kill();
        }

        using var agent = AgentProcess.Start(lab.Host, "--attach", attach, "--interval", "100ms");
        Programs.Ping(lab, TwoHosts.PeerV4, count: 5, bytes: 56);
        Wait.Until(
            () => agent.ReadMetrics().Sum("netmon_packets_total", ("protocol", "icmp")) == 10,
            "the pings in the metrics, once"
        );
        Assert.Equal(0, agent.Stop());

        AssertNothingOfOurs(lab);
        Assert.DoesNotContain("clsact", lab.Host.Run("tc", "qdisc", "show", "dev", "eth0"), StringComparison.Ordinal);
    }

    private static void AssertNothingOfOurs(TwoHosts lab)
    {
        Assert.Equal(0, AttachedPrograms.CountTcx(lab.Host, lab.HostInterface.Index));
        foreach (var hook in (string[])["ingress", "egress"])
        {
            Assert.DoesNotContain("netmon", lab.Host.Run("tc", "filter", "show", "dev", "eth0", hook), StringComparison.Ordinal);
        }
    }

    /// <summary>Packets that the other filter let pass.</summary>
    private static long Passed(TwoHosts lab)
    {
        using var json = JsonDocument.Parse(lab.Host.Run("tc", "-json", "-stats", "filter", "show", "dev", "eth0", "egress"));
        return json
            .RootElement.EnumerateArray()
            .Where(filter => filter.TryGetProperty("options", out var options) && options.TryGetProperty("actions", out _))
            .SelectMany(filter => filter.GetProperty("options").GetProperty("actions").EnumerateArray())
            .Sum(action => action.GetProperty("stats").GetProperty("packets").GetInt64());
    }
}
