using System.Diagnostics;
using System.Net.Sockets;
using NetMon.Lab.FaultInjection.Asking;

namespace NetMon.Lab.FaultInjection.Kinds;

/// <summary>A client that connects now and then, and all at once for every little thing.</summary>
internal sealed class ConnectionStorm : Fault
{
    private const int Often = 200;
    private static readonly TimeSpan Ordinary = TimeSpan.FromSeconds(22);
    private static readonly TimeSpan Storm = TimeSpan.FromSeconds(31);

    public override string Name => "storm";
    public override string Injected => "a connection a second, then 200";
    public override Expectation Expected { get; } =
        new("event connection-storm")
        {
            // Once in a thousand connections an ACK meets its socket half made (tcp_v4_rcv); nobody misses it.
            Possible = ["drops NOT_SPECIFIED"],
        };
    public override string Command => "events --workload storm/client";

    public override Truth Inject(FaultSite site)
    {
        var accepted = 0;
        using var server = new FaultServer(
            site.Server.Namespace,
            FaultSite.Port,
            client =>
            {
                client.Receive(new byte[16]);
                accepted++;
            }
        );
        site.Client.Namespace.Inside(() =>
        {
            Connect(site, perSecond: 1, Ordinary);
            return true;
        });
        var before = accepted;
        site.Client.Namespace.Inside(() =>
        {
            Connect(site, Often, Storm);
            return true;
        });
        var rate = (accepted - before) / Storm.TotalSeconds;
        return rate > Often * 0.7
            ? new Truth($"{rate:F0} accepted per second")
            : throw site.Differs($"{Often} a second", $"{rate:F0}");
    }

    private static void Connect(FaultSite site, int perSecond, TimeSpan time)
    {
        var watch = Stopwatch.StartNew();
        for (var i = 0; watch.Elapsed < time; i++)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Connect(site.ServerAddress);
            socket.Send(new byte[8]);
            socket.Shutdown(SocketShutdown.Send);
            _ = FaultSockets.Try(() => socket.Receive(new byte[16]));
            var early = TimeSpan.FromSeconds((i + 1.0) / perSecond) - watch.Elapsed;
            if (early > TimeSpan.Zero)
            {
                Thread.Sleep(early);
            }
        }
    }
}
