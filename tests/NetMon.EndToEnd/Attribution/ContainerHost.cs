using System.Net;
using System.Net.Sockets;
using NetMon.Testing.Lab;

namespace NetMon.EndToEnd.Attribution;

/// <summary>
/// A host of containers that translates addresses, as container engines set it up:
/// <code>
///   client 172.17.1.2 ---- veth1  host   eth0 192.168.50.1 ---- 192.168.50.2 outside
///   server 172.17.2.2 ---- veth2
///
///   172.17.0.0/16 to the outside        masqueraded
///   192.168.50.1:8080, 10.96.0.1:80     to server:80, also for processes of the host
/// </code>
/// </summary>
internal sealed class ContainerHost : IDisposable
{
    public static readonly IPAddress HostAddress = IPAddress.Parse("192.168.50.1");
    public static readonly IPAddress OutsideAddress = IPAddress.Parse("192.168.50.2");
    public static readonly IPAddress ClientAddress = IPAddress.Parse("172.17.1.2");
    public static readonly IPAddress ServerAddress = IPAddress.Parse("172.17.2.2");
    public static readonly IPAddress ServiceAddress = IPAddress.Parse("10.96.0.1");

    private const string Rules = """
        table ip lab {
          chain pre {
            type nat hook prerouting priority -100;
            ip daddr { 192.168.50.1, 10.96.0.1 } tcp dport { 80, 8080 } dnat to 172.17.2.2:80
          }
          chain out {
            type nat hook output priority -100;
            ip daddr 10.96.0.1 tcp dport 80 dnat to 172.17.2.2:80
          }
          chain post {
            type nat hook postrouting priority 100;
            ip saddr 172.17.0.0/16 oifname "eth0" masquerade
          }
        }
        """;

    private readonly LabNetwork _network = new();

    public ContainerHost()
    {
        Host = _network.AddNamespace("host");
        Client = _network.AddNamespace("client");
        Server = _network.AddNamespace("server");
        Outside = _network.AddNamespace("outside");
        Container(Client, "veth1", "172.17.1");
        Container(Server, "veth2", "172.17.2");
        LabNetwork.Connect(Host, "eth0", Outside, "eth0");
        new LabInterface(Host, "eth0").AddAddress($"{HostAddress}/24");
        new LabInterface(Outside, "eth0").AddAddress($"{OutsideAddress}/24");
        Host.Run("ip", "route", "add", "default", "via", OutsideAddress.ToString());
        Host.Set("ipv4/ip_forward", "1");
        Host.Run("nft", Rules);
        Host.Set("netfilter/nf_conntrack_acct", "1");
    }

    public NetworkNamespace Host { get; }

    public NetworkNamespace Client { get; }

    public NetworkNamespace Server { get; }

    public NetworkNamespace Outside { get; }

    /// <summary>One connection: a request of 200 bytes, an answer of 1,000, and the end. Each is one segment, so that conntrack counts what a wire carries.</summary>
    public static void Exchange(NetworkNamespace from, IPAddress to, int port)
    {
        using var socket = from.Inside(() =>
            new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
        );
        socket.Connect(to, port);
        socket.Send(new byte[200]);
        while (socket.Receive(new byte[4096]) > 0) { }
    }

    /// <summary>Answers until it is disposed.</summary>
    public static IDisposable Serve(NetworkNamespace inside, int port)
    {
        var listener = inside.Inside(() =>
        {
            var made = new TcpListener(IPAddress.Any, port);
            made.Start();
            return made;
        });
        _ = AnswerAsync(listener);
        return listener;
    }

    public void Dispose() => _network.Dispose();

    private static async Task AnswerAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                using var socket = await listener.AcceptSocketAsync();
                await socket.ReceiveAsync(new byte[4096]);
                await socket.SendAsync(new byte[1000]);
                socket.Shutdown(SocketShutdown.Both);
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The listener was disposed.
        }
    }

    private void Container(NetworkNamespace container, string name, string network)
    {
        LabNetwork.Connect(Host, name, container, "eth0");
        new LabInterface(Host, name).AddAddress($"{network}.1/24");
        new LabInterface(container, "eth0").AddAddress($"{network}.2/24");
        container.Run("ip", "route", "add", "default", "via", $"{network}.1");
    }
}
