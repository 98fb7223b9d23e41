using System.Net;
using System.Net.Sockets;
using System.Text;

namespace NetMon.Agent.Tests.Api.Limits;

/// <summary>A connection of a client that does as it likes.</summary>
internal sealed class RawConnection : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    /// <param name="to">Whom it asks.</param>
    /// <param name="from">Its own address, of 127.0.0.0/8; null: as it comes.</param>
    public RawConnection(IPEndPoint to, IPAddress? from = null)
    {
        if (from is not null)
        {
            _socket.Bind(new IPEndPoint(from, 0));
        }

        _socket.Connect(to);
    }

    public async Task SendAsync(string text)
    {
        using var patience = new CancellationTokenSource(Patience);
        await _socket.SendAsync(Encoding.ASCII.GetBytes(text), patience.Token);
    }

    /// <summary>Everything until the server closes the connection.</summary>
    public async Task<string> ReadToEndAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        var text = new StringBuilder();
        var buffer = new byte[64 * 1024];
        try
        {
            int count;
            while ((count = await _socket.ReceiveAsync(buffer, patience.Token)) > 0)
            {
                text.Append(Encoding.ASCII.GetString(buffer, 0, count));
            }
        }
        catch (SocketException)
        {
            // A reset is an end, too.
        }

        return text.ToString();
    }

    /// <summary>As far as the answer's first line.</summary>
    public async Task<string> ReadLineAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        var text = "";
        var buffer = new byte[1];
        while (!text.EndsWith('\n') && await _socket.ReceiveAsync(buffer, patience.Token) > 0)
        {
            text += (char)buffer[0];
        }

        return text.TrimEnd();
    }

    /// <summary>An answer in chunks to its end, which comes after the server has done with the request.</summary>
    public async Task<string> ReadAnswerAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        var text = "";
        var buffer = new byte[1];
        while (
            !text.EndsWith("\r\n0\r\n\r\n", StringComparison.Ordinal)
            && await _socket.ReceiveAsync(buffer, patience.Token) > 0
        )
        {
            text += (char)buffer[0];
        }

        return text;
    }

    public void Dispose() => _socket.Dispose();
}
