using System.Net;
using System.Net.Sockets;
using System.Text;

namespace NetMon.Lab.Tests.Proxy;

/// <summary>Tells each client, by TCP and by UDP, its own name and the address that the client seems to have: <c>b 10.244.1.2</c>.</summary>
internal sealed class AddressServer : IDisposable
{
    private readonly Socket _tcp;
    private readonly Socket _udp;
    private readonly string _name;

    public AddressServer(string name, NetworkNamespace machine, IPAddress address, int port)
    {
        _name = name;
        (_tcp, _udp) = machine.Inside(() =>
        {
            var tcp = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            tcp.Bind(new IPEndPoint(address, port));
            tcp.Listen();
            var udp = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            udp.Bind(new IPEndPoint(address, port));
            return (tcp, udp);
        });
        // Threads of their own: those of the pool may all be busy with waiting.
        new Thread(ServeTcp) { IsBackground = true }.Start();
        new Thread(ServeUdp) { IsBackground = true }.Start();
    }

    public void Dispose()
    {
        _tcp.Dispose();
        _udp.Dispose();
    }

    /// <param name="patience">After so long it is silence.</param>
    /// <returns>What the server said, <c>refused</c>, or <c>silence</c>.</returns>
    public static string Ask(
        NetworkNamespace client,
        IPAddress address,
        int port,
        ProtocolType protocol,
        TimeSpan patience
    ) =>
        client.Inside(() =>
        {
            try
            {
                using var socket = new Socket(
                    address.AddressFamily,
                    protocol == ProtocolType.Tcp ? SocketType.Stream : SocketType.Dgram,
                    protocol
                )
                {
                    ReceiveTimeout = (int)patience.TotalMilliseconds,
                    SendTimeout = (int)patience.TotalMilliseconds,
                };
                socket.Connect(address, port);
                if (protocol == ProtocolType.Udp)
                {
                    socket.Send("?"u8);
                }

                var buffer = new byte[100];
                return Encoding.ASCII.GetString(buffer, 0, socket.Receive(buffer));
            }
            catch (SocketException e)
            {
                return Word(e);
            }
        });

    private static string Word(SocketException e) =>
        e.SocketErrorCode switch
        {
            SocketError.ConnectionRefused => "refused",
            SocketError.TimedOut or SocketError.WouldBlock or SocketError.InProgress => "silence",
            var other => other.ToString(),
        };

    private void ServeTcp()
    {
        try
        {
            while (true)
            {
                using var client = _tcp.Accept();
                try
                {
                    client.Send(Answer(client.RemoteEndPoint!));
                }
                catch (SocketException)
                {
                    // A client that went away; the next one may stay.
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    private void ServeUdp()
    {
        var any = new IPEndPoint(
            _udp.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any,
            0
        );
        try
        {
            var buffer = new byte[100];
            while (true)
            {
                EndPoint client = any;
                _udp.ReceiveFrom(buffer, ref client);
                _udp.SendTo(Answer(client), client);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    private byte[] Answer(EndPoint client) =>
        Encoding.ASCII.GetBytes($"{_name} {((IPEndPoint)client).Address}");
}
