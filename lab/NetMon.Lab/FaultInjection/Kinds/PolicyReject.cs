using NetMon.Lab.FaultInjection.Asking;

namespace NetMon.Lab.FaultInjection.Kinds;

/// <summary>A network policy that says so.</summary>
/// <param name="how">What nft sends instead.</param>
internal abstract class PolicyReject(string how) : Fault
{
    public override string Injected => $"nft reject with {how} in the node's forward chain";

    protected abstract string Errno { get; }

    public override Truth Inject(FaultSite site)
    {
        var met = site.FilterForward(
            $"ip saddr {site.Client.V4} tcp dport {FaultSite.Port}",
            $"reject with {how}"
        );
        var truth = site.ConnectFails(site.ServerAddress, Errno);
        return new Truth($"{truth.Text}, nft {met()}");
    }
}

internal sealed class RejectedByReset() : PolicyReject("tcp reset")
{
    public override string Name => "reject-reset";
    public override Expectation Expected { get; } = new("cause refused", "drops NETFILTER_DROP");
    protected override string Errno => "ECONNREFUSED";
}

internal sealed class RejectedByError() : PolicyReject("icmp admin-prohibited")
{
    public override string Name => "reject-icmp";
    public override Expectation Expected { get; } = new("cause prohibited", "drops NETFILTER_DROP");
    protected override string Errno => "EHOSTUNREACH";
}
