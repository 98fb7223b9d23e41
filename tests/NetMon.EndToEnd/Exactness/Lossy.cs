using NetMon.EndToEnd.Traffic;
using NetMon.Testing.Lab;

namespace NetMon.EndToEnd.Exactness;

/// <summary>A path that loses packets: what is sent again counts, and is known to have been sent again.</summary>
public sealed class Lossy
{
    // What tshark calls a segment that it saw before. On the sender's side nothing arrives out of order.
    private const string SentAgain =
        "tcp.len > 0 && (tcp.analysis.retransmission || tcp.analysis.fast_retransmission || tcp.analysis.spurious_retransmission || tcp.analysis.out_of_order)";

    [SkippableFact]
    public void Retransmitted_segments_are_those_that_tshark_finds()
    {
        LabRequirements.SkipIfMissing("iperf3", "nft", "tshark");
        using var lab = new TwoHosts(offloads: false);
        lab.Router.Run(
            "nft",
            "add table inet t; add chain inet t f { type filter hook forward priority 0; }; add rule inet t f iifname left ip length > 1000 numgen random mod 100 < 2 drop"
        );
        using var capture = PacketCapture.Start(lab.HostInterface);
        using var agent = AgentProcess.Start(lab.Host);
        var stream = agent.Follow();

        Programs.Iperf(lab, TwoHosts.PeerV4, "--bytes", "3M");
        capture.Stop();
        Assert.Equal(0, agent.Stop());
        stream.WaitForEnd();

        var lines = lab
            .Host.Run("tshark", "-r", capture.Path, "-Y", SentAgain, "-T", "fields", "-e", "tcp.len")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.InRange(lines.Length, 5, int.MaxValue);
        Assert.Equal(lines.Length, stream.SumOfTcp("retransmits_sent"));
        Assert.Equal(lines.Sum(long.Parse), stream.SumOfTcp("retransmitted_bytes_sent"));
        Observers.AssertAgree(
            WireReader.Read(capture.Path).Where(way => way.Protocol == 6),
            stream.Tally.Where(way => way.Protocol == 6)
        );
    }
}
