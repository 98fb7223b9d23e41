using System.Net;
using System.Net.Sockets;

namespace NetMon.Bpf.Tests.Drops;

/// <summary>A listener whose queue is full.</summary>
public class BacklogTests
{
    private const int Port = 5001;
    private const int Backlog = 5;

    // A SYN that finds the queue full is freed as if it had been used: that the kernel counts only. So the handshakes that overflow are
    // under way, their SYN/ACKs held back, before the queue is full, and their last ACKs find it so.
    [SkippableFact]
    public void The_last_ack_of_a_handshake_that_finds_the_queue_full()
    {
        using var network = new DropNetwork();
        using var observer = new DropObserver(network);
        network.Open(
            network.Server,
            () =>
            {
                var listener = Tcp();
                listener.Bind(new IPEndPoint(IPAddress.Parse(DropNetwork.ServerAddress), Port));
                listener.Listen(Backlog);
                return listener;
            }
        );
        for (var i = 0; i < Backlog; i++)
        {
            Connect(network, blocking: true);
        }

        HoldAnswersBack(network);
        for (var i = 0; i < Backlog; i++)
        {
            Connect(network, blocking: false);
        }

        Thread.Sleep(500);
        var truth = DropNetwork.Count(network.Server, "TcpExt", "ListenOverflows");
        var drops = observer.Wait("TCP_LISTEN_OVERFLOW", truth);
        Assert.InRange(truth, 1, Backlog);
        Assert.Equal(truth, drops.Sum(drop => (long)drop.Value.Packets));
        Assert.All(drops, drop => Assert.Equal(("10.44.2.2:5001", "s0"), (drop.Receiver, drop.Interface)));
        Assert.Equal(truth, drops.Select(drop => drop.Sender).Distinct().Count());
    }

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
