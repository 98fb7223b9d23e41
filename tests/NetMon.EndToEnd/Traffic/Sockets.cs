using System.Net;
using System.Net.Sockets;
using NetMon.Testing.Lab;

namespace NetMon.EndToEnd.Traffic;

/// <summary>Traffic that takes a socket of our own.</summary>
internal static class Sockets
{
    /// <summary>Sends datagrams to a port of the peer where they are received, or, without <paramref name="listen"/>, to a closed one.</summary>
    public static void Datagrams(TwoHosts lab, IPEndPoint to, int count, int bytes, bool listen = true)
    {
        using var receiver = listen ? Bind(lab.Peer, to) : null;
        using var sender = lab.Host.Inside(() =>
            new Socket(to.AddressFamily, SocketType.Dgram, ProtocolType.Udp)
        );
        for (var i = 0; i < count; i++)
        {
            // Not connected: an ICMP error must not keep the next one from being sent.
            sender.SendTo(new byte[bytes], to);
        }
    }

    /// <summary>One system call, many datagrams: UDP_SEGMENT (udp(7)), the kernel or the device cuts.</summary>
    public static void SegmentedDatagrams(TwoHosts lab, IPEndPoint to, int segments, short segmentBytes)
    {
        const int SOL_UDP = 17;
        const int UDP_SEGMENT = 103;
        using var receiver = Bind(lab.Peer, to);
        using var sender = lab.Host.Inside(() =>
            new Socket(to.AddressFamily, SocketType.Dgram, ProtocolType.Udp)
        );
        sender.SetRawSocketOption(SOL_UDP, UDP_SEGMENT, BitConverter.GetBytes((int)segmentBytes));
        sender.SendTo(new byte[segments * segmentBytes], to);
    }

    /// <summary>Connects, and closes at once.</summary>
    /// <returns>Why not, or null if it worked.</returns>
    public static SocketError? Connect(NetworkNamespace from, IPEndPoint to, TimeSpan limit)
    {
        using var socket = from.Inside(() =>
            new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp)
        );
        using var cancellation = new CancellationTokenSource();
        try
        {
            var connected = socket.ConnectAsync(to, cancellation.Token).AsTask();

            // From the first SYN on.
            cancellation.CancelAfter(limit);
            connected.GetAwaiter().GetResult();
            return null;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode;
        }
        catch (OperationCanceledException)
        {
            return SocketError.TimedOut;
        }
    }

    private static Socket Bind(NetworkNamespace inside, IPEndPoint on) =>
        inside.Inside(() =>
        {
            var socket = new Socket(on.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            socket.Bind(on);
            return socket;
        });
}
