using System.Net;
using System.Net.Sockets;
using NetMon.Lab.FaultInjection.Asking;

namespace NetMon.Lab.FaultInjection.Kinds;

/// <summary>A server that reads nothing for two seconds.</summary>
internal sealed class ZeroWindow : Fault
{
    private const int Loss = 3;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    public override string Name => "zero-window";
    public override string Injected => "the server stops reading for 2 s";
    public override Expectation Expected { get; } = new("zero window of the server");
    public override string Command => "flows --from zero-window/client -o wide";

    public override Truth Inject(FaultSite site)
    {
        using var listener = FaultSockets.Tcp(site.Server.Namespace);
        listener.ReceiveBufferSize = 8192;
        listener.Bind(new IPEndPoint(IPAddress.Any, FaultSite.Port));
        listener.Listen(1);

        // A machine that is busy answers so late that segments are sent again: then NetMon would rightly speak of that, too.
        FaultSite.Again(() => Stall(site, listener), again => again < Loss);
        var announced = FaultSite.Counter(site.Server.Namespace, "TcpExtTCPToZeroWindowAdv");
        return announced > 0
            ? new Truth($"nstat TcpExtTCPToZeroWindowAdv {announced}")
            : throw site.Differs("a window of 0", "none");
    }

    // Returns how many segments were sent again.
    private static long Stall(FaultSite site, Socket listener)
    {
        var before = Again(site);
        using var socket = FaultSockets.Tcp(site.Client.Namespace);
        socket.Connect(site.ServerAddress);
        using var accepted = listener.Accept();
        var sending = Task.Factory.StartNew(
            () =>
            {
                socket.Send(new byte[400_000]);
                socket.Shutdown(SocketShutdown.Send);
            },
            TaskCreationOptions.LongRunning
        );
        Thread.Sleep(Pause);
        var buffer = new byte[65536];
        while (accepted.Receive(buffer) > 0)
        {
            // To the end.
        }

        sending.GetAwaiter().GetResult();
        return Again(site) - before;
    }

    private static long Again(FaultSite site) => FaultSite.Counter(site.Client.Namespace, "TcpRetransSegs");
}
