using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace NetMon.Bpf.Tests.Drops;

/// <summary>A listener whose queue is full.</summary>
public class BacklogTests
{
    private const int Port = 5001;
    private const int Connections = 5;

    // A SYN that finds the queue full is freed as if it had been used: that the kernel counts only. So the queue becomes too small while
    // the handshakes that overflow are under way, their SYN/ACKs held back, and their last ACKs find it so.
    [SkippableFact]
    public void The_last_ack_of_a_handshake_that_finds_the_queue_full()
    {
        using var network = new DropNetwork();
        using var observer = new DropObserver(network);
        // No SYN/ACK is sent again, so no ACK that overflowed comes again.
        network.Server.Exec("sysctl", "-qw", "net.ipv4.tcp_synack_retries=0");
        var listener = network.Open(
            network.Server,
            () =>
            {
                var listener = Tcp();
                listener.Bind(new IPEndPoint(IPAddress.Parse(DropNetwork.ServerAddress), Port));
                listener.Listen(10 * Connections);
                return listener;
            }
        );
        for (var i = 0; i < Connections; i++)
        {
            Connect(network, blocking: true);
        }

        HoldAnswersBack(network);
        for (var i = 0; i < Connections; i++)
        {
            Connect(network, blocking: false);
        }

        Eventually(() => InState(network.Server, "syn-recv") + Queued(network) >= 2 * Connections);
        listener.Listen(1);
        Eventually(() => InState(network.Client, "syn-sent") == 0);
        var truth = DropNetwork.Count(network.Server, "TcpExt", "ListenOverflows");
        var drops = observer.Wait("TCP_LISTEN_OVERFLOW", Connections);
        Assert.Equal(Connections, truth);
        Assert.Equal(truth, drops.Sum(drop => (long)drop.Value.Packets));
        Assert.All(drops, drop => Assert.Equal(("10.44.2.2:5001", "s0"), (drop.Receiver, drop.Interface)));
        Assert.Equal(truth, drops.Select(drop => drop.Sender).Distinct().Count());
    }

    /// <summary>TCP sockets in a state, as ss says.</summary>
    private static int InState(TestNamespace ns, string state) =>
        ns.Exec("ss", "-Htn", "state", state).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;

    /// <summary>Connections that wait for being accepted, as ss says.</summary>
    private static int Queued(DropNetwork network) =>
        int.Parse(
            network.Server.Exec("ss", "-Hltn").Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
            CultureInfo.InvariantCulture
        );

    private static void Eventually(Func<bool> condition) =>
        Assert.True(SpinWait.SpinUntil(condition, TimeSpan.FromSeconds(30)));

    // 8,000 bytes a second: two datagrams use up what may be sent at once.
    private static void HoldAnswersBack(DropNetwork network)
    {
        network.Server.Exec([
            .. "tc qdisc add dev s0 root tbf rate 64kbit burst 1600 limit 20000".Split(' '),
        ]);
        var server = network.ServerUdp(4020);
        for (var i = 0; i < 2; i++)
        {
            server.SendTo(new byte[1400], new IPEndPoint(IPAddress.Parse(DropNetwork.ClientAddress), 4021));
        }
    }

    private static void Connect(DropNetwork network, bool blocking)
    {
        var client = network.Open(network.Client, Tcp);
        client.Blocking = blocking;
        try
        {
            client.Connect(new IPEndPoint(IPAddress.Parse(DropNetwork.ServerAddress), Port));
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.WouldBlock)
        {
            // Under way.
        }
    }

    private static Socket Tcp() => new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
}
