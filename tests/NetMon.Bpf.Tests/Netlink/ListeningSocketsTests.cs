using System.Net;
using System.Net.Sockets;
using NetMon.Bpf.Netlink;
using NetMon.Testing.Namespaces;

namespace NetMon.Bpf.Tests.Netlink;

public class ListeningSocketsTests
{
    private const byte Tcp = 6;
    private const byte Udp = 17;

    [Fact]
    public void Listening_tcp_sockets_and_unconnected_udp_sockets_are_found()
    {
        using var tcp = new TcpListener(IPAddress.Loopback, 0);
        tcp.Start();
        using var tcp6 = new TcpListener(IPAddress.IPv6Loopback, 0);
        tcp6.Start();
        using var udp = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        using var sockets = new ListeningSockets();

        var ports = sockets.Read();

        Assert.True(ports.Contains(Tcp, PortOf(tcp.LocalEndpoint)));
        Assert.True(ports.Contains(Tcp, PortOf(tcp6.LocalEndpoint)));
        Assert.True(ports.Contains(Udp, PortOf(udp.Client.LocalEndPoint)));
        Assert.False(ports.Contains(1, PortOf(tcp.LocalEndpoint)));
    }

    /// <summary>Where nobody else is: another address may have a listener at the same port.</summary>
    [SkippableFact]
    public void Connected_sockets_do_not_listen() =>
        PrivateNetwork.Run(() =>
        {
            Shell.Run("ip", "link", "set", "lo", "up");
            using var server = new TcpListener(IPAddress.Loopback, 0);
            server.Start();
            using var client = new TcpClient(AddressFamily.InterNetwork);
            client.Connect((IPEndPoint)server.LocalEndpoint);
            using var udp = new UdpClient(AddressFamily.InterNetwork);
            udp.Connect(IPAddress.Loopback, 9);
            using var sockets = new ListeningSockets();

            var ports = sockets.Read();

            Assert.True(ports.Contains(Tcp, PortOf(server.LocalEndpoint)));
            Assert.False(ports.Contains(Tcp, PortOf(client.Client.LocalEndPoint)));
            Assert.False(ports.Contains(Udp, PortOf(udp.Client.LocalEndPoint)));
        });

    [Fact]
    public void A_socket_that_was_closed_listens_no_more()
    {
        using var sockets = new ListeningSockets();
        ushort port;
        using (var tcp = new TcpListener(IPAddress.Loopback, 0))
        {
            tcp.Start();
            port = PortOf(tcp.LocalEndpoint);
            Assert.True(sockets.Read().Contains(Tcp, port));
        }

        // A process that is being forked from this one has the socket, too, until it runs another program.
        Assert.True(SpinWait.SpinUntil(() => !sockets.Read().Contains(Tcp, port), TimeSpan.FromSeconds(30)));
    }

    private static ushort PortOf(EndPoint? endPoint) => (ushort)((IPEndPoint)endPoint!).Port;
}
