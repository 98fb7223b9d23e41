using System.Diagnostics;
using NetMon.Lab.FaultInjection.Asking;

namespace NetMon.Lab.FaultInjection.Kinds;

internal sealed class SlowServer : Fault
{
    private const int Tries = 5;
    private static readonly TimeSpan Thinking = TimeSpan.FromMilliseconds(500);

    public override string Name => "slow-server";
    public override string Injected => "the server thinks for 500 ms";
    public override Expectation Expected { get; } = new("slow server");
    public override string Command => "flows --from slow-server/client -o wide";

    public override Truth Inject(FaultSite site)
    {
        using var server = new FaultServer(
            site.Server.Namespace,
            FaultSite.Port,
            client =>
            {
                client.Receive(new byte[512]);
                Thread.Sleep(Thinking);
                client.Send(new byte[1000]);
            }
        );
        // A connect that a busy machine made slow is another fault: the next one is asked about then.
        for (var i = 1; ; i++)
        {
            var (connect, answer) = Ask(site);
            if (answer >= Thinking && connect < Thinking / 5)
            {
                return new Truth(
                    $"connect {connect.TotalMilliseconds:F1} ms, answer {answer.TotalMilliseconds:F0} ms"
                );
            }

            if (i == Tries)
            {
                throw site.Differs("a quick connect, a slow answer", $"{connect}, {answer}");
            }
        }
    }

    private static (TimeSpan Connect, TimeSpan Answer) Ask(FaultSite site)
    {
        using var socket = FaultSockets.Tcp(site.Client.Namespace);
        var connect = Stopwatch.StartNew();
        socket.Connect(site.ServerAddress);
        connect.Stop();
        var answer = Stopwatch.StartNew();
        socket.Send(new byte[100]);
        socket.Receive(new byte[1000]);
        return (connect.Elapsed, answer.Elapsed);
    }
}
