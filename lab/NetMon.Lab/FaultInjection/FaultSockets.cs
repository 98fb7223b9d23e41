using System.Net;
using System.Net.Sockets;
using NetMon.Lab.Machines;

namespace NetMon.Lab.FaultInjection;

/// <summary>Sockets in a machine's namespace, and their errors by the names that man pages give them.</summary>
internal static class FaultSockets
{
    public const string Ok = "ok";
    private const int Patience = 15_000;

    public static Socket Tcp(NetworkNamespace machine) =>
        machine.Inside(() =>
            new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
            {
                NoDelay = true,
                SendTimeout = Patience,
                ReceiveTimeout = Patience,
            }
        );

    public static Socket Udp(NetworkNamespace machine) =>
        machine.Inside(() => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));

    /// <returns><see cref="Ok"/>, or the error.</returns>
    public static string Connect(Socket socket, IPEndPoint to) => Try(() => socket.Connect(to));

    /// <summary>Gives up after a time, as programs do.</summary>
    /// <returns><see cref="Ok"/>, the error, or <c>gave up</c>.</returns>
    public static string Connect(Socket socket, IPEndPoint to, TimeSpan limit)
    {
        using var cancellation = new CancellationTokenSource(limit);
        try
        {
            return Try(() => socket.ConnectAsync(to, cancellation.Token).AsTask().GetAwaiter().GetResult());
        }
        catch (OperationCanceledException)
        {
            return "gave up";
        }
    }

    public static string Try(Action action)
    {
        try
        {
            action();
            return Ok;
        }
        catch (SocketException e)
        {
            return Name(e.SocketErrorCode);
        }
    }

    /// <summary>Closes with a RST.</summary>
    public static void Reset(Socket socket)
    {
        socket.LingerState = new LingerOption(enable: true, seconds: 0);
        socket.Close();
    }

    private static string Name(SocketError error) =>
        error switch
        {
            SocketError.ConnectionRefused => "ECONNREFUSED",
            SocketError.ConnectionReset => "ECONNRESET",
            SocketError.TimedOut => "ETIMEDOUT",
            SocketError.HostUnreachable => "EHOSTUNREACH",
            SocketError.NetworkUnreachable => "ENETUNREACH",
            SocketError.MessageSize => "EMSGSIZE",
            SocketError.WouldBlock => "EAGAIN",
            SocketError.AccessDenied => "EACCES",
            SocketError.Shutdown => "EPIPE",
            _ => error.ToString(),
        };
}

/// <summary>Takes connections, one at a time unless told otherwise, and does with each what it is told.</summary>
internal sealed class FaultServer : IDisposable
{
    private readonly Socket _listener;
    private readonly Thread _thread;

    /// <param name="serve">Gets each connection; it is closed afterwards.</param>
    public FaultServer(NetworkNamespace machine, int port, Action<Socket> serve)
    {
        _listener = FaultSockets.Tcp(machine);
        _listener.Bind(new IPEndPoint(IPAddress.Any, port));
        _listener.Listen(1024);
        _thread = new Thread(() => Run(serve)) { IsBackground = true, Name = "server" };
        _thread.Start();
    }

    public void Dispose()
    {
        _listener.Dispose();
        _thread.Join();
    }

    private void Run(Action<Socket> serve)
    {
        while (true)
        {
            try
            {
                using var client = _listener.Accept();
                client.NoDelay = true;
                _ = FaultSockets.Try(() => serve(client));
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }
}
