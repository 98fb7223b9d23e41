using System.Diagnostics;
using NetMon.Lab.FaultInjection.Asking;

namespace NetMon.Lab.FaultInjection.Kinds;

internal sealed class SlowServer : Fault
{
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
        var (connect, answer) = FaultSite.Again(
            () =>
            {
                using var socket = FaultSockets.Tcp(site.Client.Namespace);
                var watch = Stopwatch.StartNew();
                socket.Connect(site.ServerAddress);
                var connect = watch.Elapsed;
                watch.Restart();
                socket.Send(new byte[100]);
                socket.Receive(new byte[1000]);
                return (connect, answer: watch.Elapsed);
            },
            took => took.answer >= Thinking && took.connect < Thinking / 5
        );
        return answer >= Thinking && connect < Thinking / 5
            ? new Truth($"connect {connect.TotalMilliseconds:F1} ms, answer {answer.TotalMilliseconds:F0} ms")
            : throw site.Differs("a quick connect, a slow answer", $"{connect}, {answer}");
    }
}
