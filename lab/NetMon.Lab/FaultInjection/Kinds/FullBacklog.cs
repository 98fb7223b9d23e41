using System.Net;
using System.Net.Sockets;
using NetMon.Lab.FaultInjection.Asking;

namespace NetMon.Lab.FaultInjection.Kinds;

/// <summary>A server on its node's network that accepts nobody: two connections wait, the kernel ignores the SYN of any other.</summary>
internal sealed class FullBacklog : Fault
{
    private const int Clients = 6;
    private const int HostPort = 18_080;

    public override string Name => "full-backlog";
    public override string Injected => "listen(1), and nobody accepts";
    public override Expectation Expected { get; } =
        new("counter ListenOverflows", "counter ListenDrops", "cause timeout");
    public override bool ServerOnHost => true;

    public override Truth Inject(FaultSite site)
    {
        site.AskBriefly();
        using var listener = FaultSockets.Tcp(site.Server.Namespace);
        listener.Bind(new IPEndPoint(IPAddress.Any, HostPort));
        listener.Listen(1);
        var before = Overflows();
        var outcomes = new string[Clients];
        var sockets = Enumerable
            .Range(0, Clients)
            .Select(_ => FaultSockets.Tcp(site.Client.Namespace))
            .ToArray();
        var connecting = sockets
            .Select(
                (socket, at) =>
                    new Thread(() =>
                        outcomes[at] = FaultSockets.Connect(socket, new IPEndPoint(site.Server.V4, HostPort))
                    )
            )
            .ToArray();
        Array.ForEach(connecting, each => each.Start());
        Array.ForEach(connecting, each => each.Join());
        foreach (Socket socket in sockets)
        {
            socket.Dispose();
        }

        // Those who waited are let in and out: an end of the listener would reset them.
        while (listener.Poll(TimeSpan.FromSeconds(1), SelectMode.SelectRead))
        {
            listener.Accept().Dispose();
        }

        // Only now nobody tries any more.
        var overflows = Overflows() - before;
        return outcomes.Contains("ETIMEDOUT") && overflows > 0
            ? new Truth($"ETIMEDOUT, nstat TcpExtListenOverflows {overflows}", overflows)
            : throw site.Differs("ETIMEDOUT", $"{string.Join(", ", outcomes)}, {overflows} overflows");

        long Overflows() => FaultSite.Counter(site.Server.Namespace, "TcpExtListenOverflows");
    }
}
