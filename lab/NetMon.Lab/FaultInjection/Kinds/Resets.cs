using System.Diagnostics;
using System.Net.Sockets;
using NetMon.Lab.FaultInjection.Asking;

namespace NetMon.Lab.FaultInjection.Kinds;

/// <summary>Crashes in the middle of a request.</summary>
internal sealed class ResetByServer : Fault
{
    public override string Name => "reset-by-server";
    public override string Injected => "the server resets after the request";
    public override Expectation Expected { get; } = new("cause reset-by-server");
    public override string Command => "flows --cause reset-by-server --from reset-by-server/client";

    public override Truth Inject(FaultSite site)
    {
        using var server = new FaultServer(
            site.Server.Namespace,
            FaultSite.Port,
            client =>
            {
                client.Receive(new byte[512]);
                FaultSockets.Reset(client);
            }
        );
        using var socket = FaultSockets.Tcp(site.Client.Namespace);
        socket.Connect(site.ServerAddress);
        socket.Send(new byte[100]);
        var outcome = FaultSockets.Try(() => socket.Receive(new byte[512]));
        return outcome == "ECONNRESET" ? new Truth(outcome) : throw site.Differs("ECONNRESET", outcome);
    }
}

internal sealed class ResetByClient : Fault
{
    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(150);

    public override string Name => "reset-by-client";
    public override string Injected => "the client resets after half of the answer";
    public override Expectation Expected { get; } = new("cause reset-by-client");
    public override string Command => "flows --cause reset-by-client --from reset-by-client/client";

    public override Truth Inject(FaultSite site)
    {
        var seen = "nothing";
        using (
            var server = new FaultServer(
                site.Server.Namespace,
                FaultSite.Port,
                client =>
                {
                    client.Receive(new byte[512]);
                    client.Send(new byte[1000]);
                    seen = FaultSockets.Try(() => client.Receive(new byte[512]));
                }
            )
        )
        {
            // A server that does not get a processor would be called slow.
            FaultSite.Again(() => Reset(site), took => took < Quick);
        }

        return seen == "ECONNRESET"
            ? new Truth($"server: {seen}")
            : throw site.Differs("server: ECONNRESET", seen);
    }

    // Returns how long the answer took.
    private static TimeSpan Reset(FaultSite site)
    {
        using var socket = FaultSockets.Tcp(site.Client.Namespace);
        socket.Connect(site.ServerAddress);
        var watch = Stopwatch.StartNew();
        socket.Send(new byte[100]);
        socket.Receive(new byte[500]);
        watch.Stop();
        FaultSockets.Reset(socket);
        return watch.Elapsed;
    }
}
