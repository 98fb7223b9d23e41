using System.Net;
using System.Net.Sockets;

namespace NetMon.Testing;

/// <summary>A port of loopback for who needs one that is known before it listens, or that stays its own while it does not.</summary>
public static class FixedPort
{
    // Below those that the system gives to whoever asks for any: ip_local_port_range begins at 32,768.
    private const int First = 20_000;
    private const int Count = 10_000;

    private static int _next = Environment.ProcessId * 37;

    /// <returns>One that nobody uses, and that nobody is given.</returns>
    public static int Find()
    {
        while (true)
        {
            var port = First + (int)((uint)Interlocked.Increment(ref _next) % Count);
            using var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return port;
            }
            catch (SocketException error) when (error.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // The next.
            }
        }
    }
}
