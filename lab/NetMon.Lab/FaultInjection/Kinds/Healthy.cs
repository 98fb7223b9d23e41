using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using NetMon.Lab.FaultInjection.Asking;

namespace NetMon.Lab.FaultInjection.Kinds;

/// <summary>No fault: of workloads that are well nothing is said.</summary>
internal sealed class Healthy : Fault
{
    private const int Requests = 20;
    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(90);

    public override string Name => "healthy";
    public override string Injected => "nothing: 20 requests, each answered";
    public override Expectation Expected { get; } = new();
    public override string Command => "flows --from healthy/client -o wide";

    public override Truth Inject(FaultSite site)
    {
        using var server = new FaultServer(
            site.Server.Namespace,
            FaultSite.Port,
            client =>
            {
                client.Receive(new byte[512]);
                client.Send(new byte[20_000]);
            }
        );
        for (var i = 1; i < Requests; i++)
        {
            Request(site);
        }

        // By the last one it is judged: that one is as quick as those of a machine with time.
        var took = FaultSite.Again(() => Request(site), took => took < Quick);
        return new Truth(
            string.Create(CultureInfo.InvariantCulture, $"20 ok, the last in {took.TotalMilliseconds:F0} ms")
        );
    }

    private static TimeSpan Request(FaultSite site)
    {
        var watch = Stopwatch.StartNew();
        using var socket = FaultSockets.Tcp(site.Client.Namespace);
        socket.Connect(site.ServerAddress);
        socket.Send(new byte[100]);
        var buffer = new byte[4096];
        while (socket.Receive(buffer) > 0)
        {
            // To the end.
        }

        socket.Shutdown(SocketShutdown.Both);
        return watch.Elapsed;
    }
}
