using NetMon.EndToEnd.Traffic;
using NetMon.Testing.Lab;

namespace NetMon.EndToEnd.Exactness;

/// <summary>Traffic that only some kernels make themselves; frames of the same kinds are among the other tests' traffic everywhere.</summary>
public sealed class KernelProtocols
{
    [SkippableFact]
    public void Sctp_associations_of_the_kernel_are_exact()
    {
        LabRequirements.SkipIfMissing("iperf3");
        Skip.IfNot(Directory.Exists("/proc/net/sctp"), "needs a kernel with SCTP (no /proc/net/sctp)");
        using var lab = new TwoHosts(offloads: false);
        using var capture = PacketCapture.Start(lab.HostInterface);
        using var agent = AgentProcess.Start(lab.Host);
        var stream = agent.Follow();

        Programs.Iperf(lab, TwoHosts.PeerV4, "--sctp", "--bytes", "1M");
        Programs.Iperf(lab, TwoHosts.PeerV6, "--sctp", "--bytes", "1M");
        capture.Stop();
        Assert.Equal(0, agent.Stop());
        stream.WaitForEnd();

        var wire = WireReader.Read(capture.Path).Where(IsSctp);
        Assert.NotEmpty(wire.Counts);
        Observers.AssertAgree(wire, stream.Tally.Where(IsSctp));

        static bool IsSctp(Way way) => way.Protocol == 132;
    }
}
