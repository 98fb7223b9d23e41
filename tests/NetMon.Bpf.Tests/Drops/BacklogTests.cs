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

        Eventually(() => InState(network.Server, "syn-recv") == Connections);
        listener.Listen(1);
        LetAnswersGo(network);

        // The server sends its SYN/ACKs again after some time, so each last ACK may come more than once.
        var drops = new List<SeenDrop>();
        var truth = 0L;
        Eventually(() =>
        {
            truth = DropNetwork.Count(network.Server, "TcpExt", "ListenOverflows");
            drops.AddRange(observer.Take().Where(drop => drop.Reason == "TCP_LISTEN_OVERFLOW"));
            return drops.Select(drop => drop.Sender).Distinct().Count() == Connections
                && drops.Sum(drop => (long)drop.Value.Packets) == truth;
        });
        Assert.All(drops, drop => Assert.Equal(("10.44.2.2:5001", "s0"), (drop.Receiver, drop.Interface)));
        Assert.Equal(Connections, drops.Select(drop => drop.Sender).Distinct().Count());
    }

    /// <summary>TCP sockets in a state, as ss says.</summary>
    private static int InState(TestNamespace ns, string state) =>
        ns.Exec("ss", "-Htn", "state", state).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;

    private static void Eventually(Func<bool> condition) =>
        Assert.True(SpinWait.SpinUntil(condition, TimeSpan.FromSeconds(30)));

    // What waits for its next hop's address is kept. The router, which knows the server's for good, does not tell its own.
    private static void HoldAnswersBack(DropNetwork network)
    {
        network.Router.Ip(
            $"neigh replace {DropNetwork.ServerAddress} lladdr {Mac(network.Server, "s0")} dev rs nud permanent"
        );
        network.Router.Exec("sysctl", "-qw", "net.ipv4.conf.rs.arp_ignore=8");
        network.Server.Exec("sysctl", "-qw", "net.ipv4.neigh.s0.mcast_solicit=1000");
        network.Server.Ip("neigh del 10.44.2.1 dev s0");
    }

    private static void LetAnswersGo(DropNetwork network) =>
        network.Server.Ip($"neigh replace 10.44.2.1 lladdr {Mac(network.Router, "rs")} dev s0 nud permanent");

    private static string Mac(TestNamespace ns, string name) =>
        ns.Ip($"-br link show {name}").Split(' ', StringSplitOptions.RemoveEmptyEntries)[2];

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
