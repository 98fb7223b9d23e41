using System.Net.Sockets;

namespace NetMon.Client;

/// <summary>Connects to an agent: by TCP, or by its Unix socket.</summary>
internal static class AgentConnection
{
    /// <exception cref="AgentException">A file of the credential is wrong.</exception>
    public static SocketsHttpHandler CreateHandler(ServerAddress address, ClientPatience patience) =>
        new()
        {
            SslOptions = address.IsTls ? address.Credential.TlsOptions() : new(),
            // An agent is asked directly; the environment's proxy is for the world outside.
            UseProxy = false,
            AllowAutoRedirect = false,
            ConnectTimeout = patience.Connect,
            ConnectCallback = (context, cancellationToken) =>
                address.SocketPath is { } path
                    ? ConnectAsync(path, cancellationToken)
                    : ConnectAsync(context, cancellationToken),
        };

    /// <summary>Whether somebody listens at a socket, and this user may connect.</summary>
    public static bool CanConnect(string socketPath)
    {
        if (!File.Exists(socketPath))
        {
            return false;
        }

        using var socket = UnixSocket();
        socket.Blocking = false;
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(socketPath));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static Socket UnixSocket() =>
        new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    private static async ValueTask<Stream> ConnectAsync(string path, CancellationToken cancellationToken)
    {
        var socket = UnixSocket();
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async ValueTask<Stream> ConnectAsync(
        SocketsHttpConnectionContext context,
        CancellationToken cancellationToken
    )
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            // A quiet stream and a node that vanished look alike: keep-alive tells them apart in about 30 s.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, optionValue: true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 15);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 5);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
