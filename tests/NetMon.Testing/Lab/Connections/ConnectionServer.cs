using System.Net;

namespace NetMon.Testing.Lab.Connections;

/// <summary>Answers each request of whatever size with a response of its own, and closes after the client did.</summary>
public sealed class ConnectionServer : IDisposable
{
    private const int PollMilliseconds = 20;
    private readonly Thread _thread;
    private readonly int _responseBytes;
    private volatile bool _stop;
    private Exception? _failure;

    /// <summary>Listens on consecutive ports of all addresses of the namespace.</summary>
    public ConnectionServer(NetworkNamespace inside, int firstPort, int ports, int responseBytes = 200)
    {
        ArgumentNullException.ThrowIfNull(inside);
        _responseBytes = responseBytes;
        inside.Set("core/somaxconn", "65535");
        inside.Set("ipv4/tcp_max_syn_backlog", "65535");
        var listeners = inside.Inside(() => Listen(firstPort, ports));
        _thread = new Thread(() => Serve(listeners)) { Name = "connection server", IsBackground = true };
        _thread.Start();
    }

    /// <exception cref="LabException">The server broke down on the way.</exception>
    public void Dispose()
    {
        _stop = true;
        _thread.Join();
        if (_failure is not null)
        {
            throw new LabException($"the connection server broke down: {_failure.Message}", _failure);
        }
    }

    private static int[] Listen(int firstPort, int ports)
    {
        var listeners = new int[ports];
        for (var i = 0; i < ports; i++)
        {
            listeners[i] = TcpSocket.Open();
            TcpSocket.Listen(listeners[i], new IPEndPoint(IPAddress.Any, firstPort + i));
        }

        return listeners;
    }

    private void Serve(int[] listeners)
    {
        using var epoll = new Epoll();
        var open = new HashSet<int>();
        try
        {
            foreach (var listener in listeners)
            {
                epoll.Add(listener, Epoll.In);
            }

            var request = new byte[4096];
            var response = new byte[_responseBytes];
            while (!_stop)
            {
                var ready = epoll.Wait(PollMilliseconds);
                for (var i = 0; i < ready; i++)
                {
                    var socket = epoll.Ready(i);
                    if (Array.IndexOf(listeners, socket) >= 0)
                    {
                        AcceptAll(socket, epoll, open);
                    }
                    else if (!Answer(socket, request, response))
                    {
                        open.Remove(socket);
                        _ = Libc.close(socket);
                    }
                }
            }
        }
        catch (LabException e)
        {
            _failure = e;
        }
        finally
        {
            foreach (var socket in listeners.Concat(open))
            {
                _ = Libc.close(socket);
            }
        }
    }

    private static void AcceptAll(int listener, Epoll epoll, HashSet<int> open)
    {
        for (int socket; (socket = TcpSocket.Accept(listener)) >= 0; )
        {
            open.Add(socket);
            epoll.Add(socket, Epoll.In);
        }
    }

    /// <returns>Whether the client may say more.</returns>
    private static bool Answer(int socket, byte[] request, byte[] response) =>
        TcpSocket.Receive(socket, request) > 0 && TcpSocket.Send(socket, response) >= 0;
}
