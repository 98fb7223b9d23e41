using System.Net;
using System.Net.Sockets;
using NetMon.Lab.Pods;

namespace NetMon.EndToEnd.Attribution;

/// <summary>A program of this process in a pod that answers datagrams.</summary>
internal sealed class DatagramServer : IDisposable
{
    public const int Port = 8080;

    private readonly Socket _socket;
    private readonly Thread _thread;

    public DatagramServer(LabPod pod)
    {
        _socket = pod.Namespace.Inside(() =>
        {
            var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp)
            {
                DualMode = true,
            };
            socket.Bind(new IPEndPoint(IPAddress.IPv6Any, Port));
            return socket;
        });
        _thread = new Thread(Answer) { IsBackground = true, Name = "datagram server" };
        _thread.Start();
    }

    public void Dispose()
    {
        _socket.Dispose();
        _thread.Join();
    }

    private void Answer()
    {
        var buffer = new byte[2000];
        try
        {
            while (true)
            {
                EndPoint sender = new IPEndPoint(IPAddress.IPv6Any, 0);
                var length = _socket.ReceiveFrom(buffer, ref sender);
                _socket.SendTo(buffer.AsSpan(0, length), SocketFlags.None, sender);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Closed.
        }
    }
}

internal static class Datagrams
{
    private static int _port = 20_000;

    /// <summary>A datagram from a pod and its answer, from a port that nobody else of this process uses.</summary>
    /// <returns>The port.</returns>
    public static int Exchange(LabPod from, IPAddress to, int port)
    {
        var local = Interlocked.Increment(ref _port);
        var client = from.Namespace.Inside(() =>
        {
            var socket = new Socket(to.AddressFamily, SocketType.Dgram, ProtocolType.Udp)
            {
                ReceiveTimeout = 20_000,
            };
            socket.Bind(
                new IPEndPoint(from.Address(to.AddressFamily == AddressFamily.InterNetworkV6), local)
            );
            socket.Connect(to, port);
            return socket;
        });
        using (client)
        {
            client.Send("hello"u8);
            client.Receive(new byte[16]);
        }

        return local;
    }
}
