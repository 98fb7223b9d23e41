using NetMon.EndToEnd.Traffic;
using NetMon.Testing.Lab;
using NetMon.Testing.Namespaces;

namespace NetMon.EndToEnd.Lifecycle;

/// <summary>What others have on an interface works on before, with and after the agent; nothing of the agent's stays behind.</summary>
public sealed class Coexistence
{
    // Packets that the filter of somebody else drops: no other traffic of these tests has this time to live.
    private const string Dropped = "33";

    [SkippableTheory]
    [InlineData("tcx")]
    [InlineData("clsact")]
    public void A_filter_of_somebody_else_keeps_its_say_before_with_and_after_the_agent(string attach)
    {
        LabRequirements.SkipIfMissing("ping", "tc", "clang");
        using var lab = new TwoHosts(offloads: true);
        AddFilter(lab);
        AssertFilterDecides(lab);

        using (var agent = AgentProcess.Start(lab.Host, "--attach", attach, "--interval", "100ms"))
        {
            AssertFilterDecides(lab);

            // First in line: what the filter drops after us, we saw. Twice, a ping that passes and one that does not.
            Wait.Until(
                () => agent.ReadMetrics().Sum("netmon_packets_total", ("protocol", "icmp")) == 2 + 1,
                "the pings in the metrics"
            );
            Assert.Equal(0, agent.Stop());
        }

        AssertFilterDecides(lab);
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
        Assert.DoesNotContain(
            "clsact",
            lab.Host.Run("tc", "qdisc", "show", "dev", "eth0"),
            StringComparison.Ordinal
        );
    }

    private static void AssertNothingOfOurs(TwoHosts lab)
    {
        Assert.Equal(0, AttachedPrograms.CountTcx(lab.Host, lab.HostInterface.Index));
        foreach (var hook in (string[])["ingress", "egress"])
        {
            Assert.DoesNotContain(
                "netmon",
                lab.Host.Run("tc", "filter", "show", "dev", "eth0", hook),
                StringComparison.Ordinal
            );
        }
    }

    private static void AddFilter(TwoHosts lab)
    {
        var folder = Directory.CreateTempSubdirectory("nm-e2e-filter-").FullName;
        var source = Path.Combine(folder, "filter.c");
        File.WriteAllText(
            source,
            $$"""
            #include <linux/bpf.h>
            #include <linux/pkt_cls.h>
            static int (*load_bytes)(void *skb, __u32 offset, void *to, __u32 length) = (void *)BPF_FUNC_skb_load_bytes;
            __attribute__((section("classifier"), used)) int filter(struct __sk_buff *skb)
            {
                __u8 ttl = 0;
                load_bytes(skb, 14 + 8, &ttl, 1);
                return ttl == {{Dropped}} ? TC_ACT_SHOT : TC_ACT_OK;
            }
            """
        );
        var machine = Command.Run("uname", "-m").Trim();
        Command.Run(
            "clang",
            [
                "-O2",
                "-target",
                "bpf",
                $"-I/usr/include/{machine}-linux-gnu",
                "-c",
                source,
                "-o",
                source + ".o",
            ]
        );
        lab.Host.Run("tc", "qdisc", "add", "dev", "eth0", "clsact");
        lab.Host.Run(
            "tc",
            [
                "filter",
                "add",
                "dev",
                "eth0",
                "egress",
                "prio",
                "7",
                "bpf",
                "direct-action",
                "object-file",
                source + ".o",
                "section",
                "classifier",
            ]
        );
        Directory.Delete(folder, recursive: true);
    }

    private static void AssertFilterDecides(TwoHosts lab)
    {
        // An answer is waited for as long as it takes; one that must not come, for a moment.
        string[] once = ["-q", "-n", "-c", "1"];
        lab.Host.Run("ping", [.. once, "-W", "30", TwoHosts.PeerV4.ToString()]);
        Assert.Throws<InvalidOperationException>(() =>
            lab.Host.Run("ping", [.. once, "-W", "0.3", "-t", Dropped, TwoHosts.PeerV4.ToString()])
        );
    }
}
