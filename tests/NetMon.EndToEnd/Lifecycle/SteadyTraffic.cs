using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using NetMon.Testing.Lab;

namespace NetMon.EndToEnd.Lifecycle;

/// <summary>
/// Connections, one after the other, and datagrams that are answered, from host to peer until it is stopped. What is sent is counted by the
/// kernel of whoever receives it (nftables), and connections by whoever makes them.
/// </summary>
internal sealed class SteadyTraffic : IDisposable
{
    private const int Port = 6200;
    private const int Senders = 3;
    private static readonly TimeSpan Gap = TimeSpan.FromMilliseconds(2);

    private readonly TwoHosts _lab;
    private readonly TcpListener _listener;
    private readonly Socket _echo;
    private readonly Socket[] _senders;
    private readonly List<Thread> _clients = [];
    private readonly List<Thread> _servers = [];
    private volatile bool _stop;
    private volatile bool _isOver;
    private int _connections;

    public SteadyTraffic(TwoHosts lab)
    {
        _lab = lab;
        Count(lab.Peer, $"ip saddr {TwoHosts.HostV4} meta l4proto {{ tcp, udp }} th dport {Port}");
        Count(lab.Host, $"ip saddr {TwoHosts.PeerV4} meta l4proto {{ tcp, udp }} th sport {Port}");
        _listener = lab.Peer.Inside(() => new TcpListener(TwoHosts.PeerV4, Port));
        _listener.Start();
        _echo = lab.Peer.Inside(() => Datagrams());
        _echo.Bind(new IPEndPoint(TwoHosts.PeerV4, Port));
        _senders = [.. Enumerable.Range(0, Senders).Select(_ => lab.Host.Inside(() => Datagrams()))];
        Run(_servers, Serve);
        Run(_servers, Echo);
        Run(_clients, Connect);
        foreach (var sender in _senders)
        {
            sender.Connect(TwoHosts.PeerV4, Port);
            Run(_clients, () => Send(sender));
        }
    }

    /// <summary>Flows that there must be: connections that were made, and sockets that sent datagrams.</summary>
    public (int Tcp, int Udp) Flows => (_connections, Senders);

    /// <summary>What peer received of host.</summary>
    public (long Packets, long Bytes) Sent => Read(_lab.Peer);

    /// <summary>What host received of peer.</summary>
    public (long Packets, long Bytes) Received => Read(_lab.Host);

    public void Stop()
    {
        // Who asks ends before those who answer: else the last connection would wait for ever.
        _stop = true;
        _clients.ForEach(thread => thread.Join());
        _isOver = true;
        _servers.ForEach(thread => thread.Join());
        _clients.Clear();
        _servers.Clear();
    }

    public void Dispose()
    {
        Stop();
        _listener.Dispose();
        _echo.Dispose();
        Array.ForEach(_senders, sender => sender.Dispose());
    }

    private static Socket Datagrams() =>
        new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 100 };

    private static void Run(List<Thread> threads, Action work)
    {
        var thread = new Thread(() => work());
        threads.Add(thread);
        thread.Start();
    }

    private void Connect()
    {
        var buffer = new byte[8192];
        while (!_stop)
        {
            using var socket = _lab.Host.Inside(() =>
                new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
            );
            socket.Connect(TwoHosts.PeerV4, Port);
            _connections++;
            socket.Send("?"u8);
            while (socket.Receive(buffer) > 0) { }

            Thread.Sleep(Gap);
        }
    }

    private void Serve()
    {
        var answer = new byte[4000];
        while (!_isOver || _listener.Pending())
        {
            if (!_listener.Pending())
            {
                Thread.Sleep(1);
                continue;
            }

            using var socket = _listener.AcceptSocket();
            socket.Receive(answer);
            socket.Send(answer);
            socket.Shutdown(SocketShutdown.Both);
        }
    }

    private void Echo()
    {
        var buffer = new byte[2048];
        EndPoint from = new IPEndPoint(IPAddress.Any, 0);
        while (!_isOver)
        {
            try
            {
                var count = _echo.ReceiveFrom(buffer, ref from);
                _echo.SendTo(buffer.AsSpan(0, count), from);
            }
            catch (SocketException error)
                when (error.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock)
            {
                // nothing came
            }
        }
    }

    private void Send(Socket socket)
    {
        var buffer = new byte[1000];
        for (var i = 0; !_stop; i++)
        {
            socket.Send(buffer.AsSpan(0, (i % buffer.Length) + 1));
            Thread.Sleep(Gap);
        }
    }

    private static void Count(NetworkNamespace at, string what)
    {
        at.Run("nft", "add", "table", "inet", "truth");
        at.Run("nft", "add", "counter", "inet", "truth", "wire");
        at.Run(
            "nft",
            "add",
            "chain",
            "inet",
            "truth",
            "in",
            "{ type filter hook prerouting priority -300; }"
        );
        at.Run("nft", $"add rule inet truth in {what} counter name wire");
    }

    private static (long Packets, long Bytes) Read(NetworkNamespace at)
    {
        using var json = JsonDocument.Parse(at.Run("nft", "-j", "list", "counters"));
        foreach (var item in json.RootElement.GetProperty("nftables").EnumerateArray())
        {
            if (item.TryGetProperty("counter", out var counter))
            {
                return (counter.GetProperty("packets").GetInt64(), counter.GetProperty("bytes").GetInt64());
            }
        }

        throw new InvalidOperationException(
            string.Create(CultureInfo.InvariantCulture, $"no counter in {json.RootElement}")
        );
    }
}
