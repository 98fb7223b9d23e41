using System.Net;
using NetMon.Lab.FaultInjection.Asking;
using NetMon.Lab.FaultInjection.World;

namespace NetMon.Lab.FaultInjection.Kinds;

/// <summary>Swallowed where no kernel of ours drops it.</summary>
internal sealed class BlackHoled : Fault
{
    public override string Name => "black-holed";
    public override string Injected => "an address outside that swallows everything";
    public override Expectation Expected { get; } = new("cause timeout");

    public override Truth Inject(FaultSite site)
    {
        site.AskBriefly();
        var truth = site.ConnectFails(new IPEndPoint(WorldMap.Void, 443), "ETIMEDOUT");
        return site.World.Swallowed > 0 ? truth : throw site.Differs("SYNs that went to nowhere", "none");
    }
}
