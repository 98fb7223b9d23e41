using System.Net;
using System.Net.Sockets;
using NetMon.Bpf.Netlink;

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

    [Fact]
    public void Connected_sockets_do_not_listen()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        using var client = new TcpClient();
        client.Connect((IPEndPoint)server.LocalEndpoint);
        using var udp = new UdpClient();
        udp.Connect(IPAddress.Loopback, 9);
        using var sockets = new ListeningSockets();

        var ports = sockets.Read();

        Assert.False(ports.Contains(Tcp, PortOf(client.Client.LocalEndPoint)));
        Assert.False(ports.Contains(Udp, PortOf(udp.Client.LocalEndPoint)));
    }

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

        Assert.False(sockets.Read().Contains(Tcp, port));
    }

    private static ushort PortOf(EndPoint? endPoint) => (ushort)((IPEndPoint)endPoint!).Port;
}
