using System.Net;
using System.Net.Sockets;
using System.Text;

namespace NetMon.Kubernetes.Tests.Client;

/// <summary>An HTTP proxy that makes tunnels (RFC 9110 section 9.3.6).</summary>
internal sealed class ConnectProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<string> _requests = [];
    private readonly Task _accepting;

    public ConnectProxy()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public Uri Url => new($"http://{_listener.LocalEndpoint}");

    /// <summary>First lines of what was asked.</summary>
    public IReadOnlyList<string> Requests
    {
        get
        {
            lock (_requests)
            {
                return [.. _requests];
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var tunnels = new List<Task>();
        try
        {
            while (true)
            {
                tunnels.Add(TunnelAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
        }
        finally
        {
            await Task.WhenAll(tunnels).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task TunnelAsync(TcpClient client)
    {
        using (client)
        {
            var near = client.GetStream();
            var head = new StringBuilder();
            var one = new byte[1];
            while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
            {
                await near.ReadExactlyAsync(one, _stop.Token);
                head.Append((char)one[0]);
            }

            var line = head.ToString().Split("\r\n")[0];
            lock (_requests)
            {
                _requests.Add(line);
            }

            using var server = new TcpClient();
            await server.ConnectAsync(IPEndPoint.Parse(line.Split(' ')[1]), _stop.Token);
            var far = server.GetStream();
            await near.WriteAsync("HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray(), _stop.Token);
            await Task.WhenAny(near.CopyToAsync(far, _stop.Token), far.CopyToAsync(near, _stop.Token));
        }
    }
}
