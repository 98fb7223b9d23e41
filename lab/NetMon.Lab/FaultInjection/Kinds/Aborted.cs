using System.Net;
using NetMon.Lab.FaultInjection.Asking;
using NetMon.Lab.FaultInjection.World;

namespace NetMon.Lab.FaultInjection.Kinds;

/// <summary>The client closes before the connection is made; the SYN/ACK finds nobody.</summary>
internal sealed class Aborted : Fault
{
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(300);

    public override string Name => "aborted";
    public override string Injected => "the client gives up after 200 ms, the way takes 600 ms";
    public override Expectation Expected { get; } =
        new("cause aborted", "slow network") { Possible = ["drops NO_SOCKET"] };

    public override Truth Inject(FaultSite site)
    {
        var (machine, address, _) = site.World.Join(Name, new LinkManners { Delay = Delay });
        using var server = new FaultServer(machine, FaultSite.Port, _ => { });
        var outcome = FaultSite.Again(
            () =>
            {
                using var socket = FaultSockets.Tcp(site.Client.Namespace);
                return FaultSockets.Connect(
                    socket,
                    new IPEndPoint(address, FaultSite.Port),
                    TimeSpan.FromMilliseconds(200)
                );
            },
            outcome => outcome == "gave up"
        );
        Thread.Sleep(Delay * 3);
        return outcome == "gave up" ? new Truth(outcome) : throw site.Differs("gave up", outcome);
    }
}
