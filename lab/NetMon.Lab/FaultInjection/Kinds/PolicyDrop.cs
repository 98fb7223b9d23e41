using NetMon.Lab.FaultInjection.Asking;

namespace NetMon.Lab.FaultInjection.Kinds;

/// <summary>As a CNI plugin's network policy.</summary>
internal sealed class PolicyDrop : Fault
{
    public override string Name => "policy-drop";
    public override string Injected => "nft drop in the node's forward chain";
    public override Expectation Expected { get; } = new("drops NETFILTER_DROP", "cause policy");

    public override Truth Inject(FaultSite site)
    {
        site.AskBriefly();
        var met = site.FilterForward($"ip saddr {site.Client.V4} tcp dport {FaultSite.Port}", "drop");
        var truth = site.ConnectFails(site.ServerAddress, "ETIMEDOUT");
        return new Truth($"{truth.Text}, nft {met()}", met());
    }
}
