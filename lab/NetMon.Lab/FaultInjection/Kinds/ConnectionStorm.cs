using System.Diagnostics;
using System.Net.Sockets;
using NetMon.Lab.FaultInjection.Asking;
using NetMon.Lab.Machines;

namespace NetMon.Lab.FaultInjection.Kinds;

/// <summary>A client that connects now and then, and all at once for every little thing.</summary>
internal sealed class ConnectionStorm : Fault
{
    private const int Often = 200;

    /// <summary>Per second, of ten times the ordinary rate: a busy machine makes fewer than it is to.</summary>
    private const int Stormy = 20;

    /// <summary>An agent counts by ten seconds: the end of the first is in here, though it comes late.</summary>
    private static readonly TimeSpan Ordinary = TimeSpan.FromSeconds(15);

    /// <summary>Two times ten seconds, the first of them perhaps not whole, make a storm; with patience.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    public override string Name => "storm";
    public override string Injected => "a connection a second, then 200";
    public override Expectation Expected { get; } =
        new("event connection-storm")
        {
            // Once in a thousand connections an ACK meets its socket half made (tcp_v4_rcv); nobody misses it.
            Possible = ["drops NOT_SPECIFIED"],
        };
    public override string Command => "events --workload storm/client";
    public override FaultPace Pace => FaultPace.Lasting;

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
        Connect(site, perSecond: 1, watch => watch.Elapsed > Ordinary);
        var before = accepted;
        var (storm, told) = (Stopwatch.StartNew(), false);
        var looking = new Thread(() =>
        {
            Wait.TryUntil(() => IsTold(site), Longest, TimeSpan.FromMilliseconds(500));
            Volatile.Write(ref told, true);
        });
        looking.Start();
        Connect(site, Often, _ => Volatile.Read(ref told));
        looking.Join();
        var rate = (accepted - before) / storm.Elapsed.TotalSeconds;
        return rate > Stormy
            ? new Truth($"{rate:F0} accepted per second")
            : throw site.Differs($"{Often} a second", $"{rate:F0}");
    }

    private static bool IsTold(FaultSite site) =>
        site
            .Cluster.Agents[site.Client.Node]
            .Get("/api/v1/events")
            .Contains("connection-storm", StringComparison.Ordinal);

    private static void Connect(FaultSite site, int perSecond, Func<Stopwatch, bool> isOver) =>
        site.Client.Namespace.Inside(() =>
        {
            ConnectHere(site, perSecond, isOver);
            return true;
        });

    private static void ConnectHere(FaultSite site, int perSecond, Func<Stopwatch, bool> isOver)
    {
        var watch = Stopwatch.StartNew();
        for (var i = 0; !isOver(watch); i++)
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
