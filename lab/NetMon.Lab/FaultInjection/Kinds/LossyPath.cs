using System.Net;
using System.Net.Sockets;
using NetMon.Lab.FaultInjection.Asking;
using NetMon.Lab.FaultInjection.World;

namespace NetMon.Lab.FaultInjection.Kinds;

/// <summary>Loses packets where no kernel of ours drops them.</summary>
internal sealed class LossyPath : Fault
{
    private const int Every = 15;
    private const int Bytes = 300_000;

    public override string Name => "lossy-path";
    public override string Injected => $"a link outside that loses every {Every}th large packet";

    // The process that carries the packets may find the machine busy.
    public override Expectation Expected { get; } = new("loss") { Possible = ["slow network"] };
    public override string Command => "flows --from lossy-path/client -o wide";

    public override Truth Inject(FaultSite site)
    {
        var (machine, address, link) = site.World.Join(
            Name,
            new LinkManners { Delay = TimeSpan.FromMilliseconds(5), LoseEvery = Every }
        );
        using var server = new FaultServer(
            machine,
            FaultSite.Port,
            client =>
            {
                var buffer = new byte[65536];
                while (client.Receive(buffer) > 0)
                {
                    // To the end.
                }
            }
        );
        using (var socket = FaultSockets.Tcp(site.Client.Namespace))
        {
            socket.Connect(new IPEndPoint(address, FaultSite.Port));
            socket.Send(new byte[Bytes]);
            socket.Shutdown(SocketShutdown.Send);
            socket.Receive(new byte[1]);
        }

        var again = FaultSite.Counter(site.Client.Namespace, "TcpRetransSegs");
        return link.Lost > 0 && again >= link.Lost
            ? new Truth($"lost {link.Lost}, nstat TcpRetransSegs {again}", again)
            : throw site.Differs("losses that were sent again", $"{link.Lost} lost, {again} sent again");
    }
}
