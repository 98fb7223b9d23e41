using System.Diagnostics;
using System.Net;
using NetMon.Lab.FaultInjection.Asking;
using NetMon.Lab.FaultInjection.World;

namespace NetMon.Lab.FaultInjection.Kinds;

internal sealed class SlowNetwork : Fault
{
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(75);

    public override string Name => "slow-network";
    public override string Injected => "a link outside that takes 75 ms each way";
    public override Expectation Expected { get; } = new("slow network");
    public override string Command => "flows --from slow-network/client -o wide";

    public override Truth Inject(FaultSite site)
    {
        var (machine, address, _) = site.World.Join(Name, new LinkManners { Delay = Delay });
        using var server = new FaultServer(
            machine,
            FaultSite.Port,
            client =>
            {
                var buffer = new byte[512];
                while (client.Receive(buffer) > 0)
                {
                    client.Send(buffer);
                }
            }
        );
        var (connect, _) = FaultSite.Again(
            () =>
            {
                using var socket = FaultSockets.Tcp(site.Client.Namespace);
                var watch = Stopwatch.StartNew();
                socket.Connect(new IPEndPoint(address, FaultSite.Port));
                var (connect, answer) = (watch.Elapsed, TimeSpan.Zero);
                for (var i = 0; i < 5; i++)
                {
                    watch.Restart();
                    socket.Send(new byte[100]);
                    socket.Receive(new byte[512]);
                    answer = i == 0 ? watch.Elapsed : answer;
                }

                return (connect, answer);
            },
            // Else the server, which thinks for no time, would be called slow.
            took => took.answer - took.connect < Delay
        );

        // Timers of a user-space link are not exact to the millisecond.
        return connect >= Delay * 1.9
            ? new Truth($"connect {connect.TotalMilliseconds:F0} ms")
            : throw site.Differs($"a connect of {Delay * 2}", $"{connect}");
    }
}
