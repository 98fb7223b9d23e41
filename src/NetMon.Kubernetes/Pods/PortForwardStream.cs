using System.Buffers;
using System.Net.WebSockets;
using System.Text;

namespace NetMon.Kubernetes.Pods;

/// <summary>A connection to one port of a pod, through a WebSocket of the API server.</summary>
/// <remarks>
/// <code>
///   each message:  channel (1 byte)  bytes
///                  0                 data, both ways
///                  1                 an error's text, to us
/// </code>
/// The first message of each channel is the port, two bytes, little-endian (k8s.io/kubelet/pkg/cri/streaming/portforward/websocket.go). One thread reads while another writes.
/// </remarks>
internal sealed class PortForwardStream(WebSocket socket, string pod) : Stream
{
    public const string Protocol = "v4.channel.k8s.io";

    private const byte Data = 0;
    private const int PortLength = 2;
    private const int MaxError = 1024;

    private readonly byte[] _channel = new byte[1];
    private readonly StringBuilder _error = new();
    private readonly bool[] _portSeen = new bool[2];

    // The message that is being read: its channel, and bytes of it that are not to be handed on.
    private bool _inMessage;
    private int _skip;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(
        Memory<byte> buffer,
        CancellationToken cancellationToken = default
    )
    {
        while (true)
        {
            if (!_inMessage && !await BeginAsync(cancellationToken))
            {
                return _error.Length > 0
                    ? throw new PodAccessException($"{pod}: {_error.ToString().Trim()}", code: 0)
                    : 0;
            }

            if (!_inMessage)
            {
                continue;
            }

            if (_channel[0] != Data || _skip > 0)
            {
                await TakeAsideAsync(cancellationToken);
                continue;
            }

            var read = await socket.ReceiveAsync(buffer, cancellationToken);
            _inMessage = !read.EndOfMessage;
            if (read.MessageType == WebSocketMessageType.Close)
            {
                return 0;
            }

            if (read.Count > 0)
            {
                return read.Count;
            }
        }
    }

    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer,
        CancellationToken cancellationToken = default
    )
    {
        var message = ArrayPool<byte>.Shared.Rent(buffer.Length + 1);
        try
        {
            message[0] = Data;
            buffer.CopyTo(message.AsMemory(1));
            await socket.SendAsync(
                message.AsMemory(0, buffer.Length + 1),
                WebSocketMessageType.Binary,
                endOfMessage: true,
                cancellationToken
            );
        }
        catch (WebSocketException error)
        {
            throw new PodAccessException($"the port-forward to {pod} broke: {error.Message}", code: 0, error);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(message);
        }
    }

    public override void Flush() { }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            socket.Abort();
            socket.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>Reads a message's channel.</summary>
    /// <returns>False at the end.</returns>
    private async ValueTask<bool> BeginAsync(CancellationToken cancellationToken)
    {
        try
        {
            var read = await socket.ReceiveAsync(_channel.AsMemory(), cancellationToken);
            if (read.MessageType == WebSocketMessageType.Close)
            {
                return false;
            }

            _inMessage = read.Count > 0 && !read.EndOfMessage;
            if (_inMessage && _channel[0] < _portSeen.Length && !_portSeen[_channel[0]])
            {
                _portSeen[_channel[0]] = true;
                _skip = PortLength;
            }

            return true;
        }
        catch (WebSocketException error)
        {
            return _error.Length > 0
                ? false
                : throw new PodAccessException(
                    $"the port-forward to {pod} broke: {error.Message}",
                    code: 0,
                    error
                );
        }
    }

    /// <summary>Reads the port, or an error's text.</summary>
    private async ValueTask TakeAsideAsync(CancellationToken cancellationToken)
    {
        var piece = new byte[_skip > 0 ? _skip : MaxError];
        var read = await socket.ReceiveAsync(piece.AsMemory(), cancellationToken);
        _inMessage = !read.EndOfMessage;
        if (_skip > 0)
        {
            _skip -= read.Count;
        }
        else if (_channel[0] != Data && _error.Length < MaxError)
        {
            _error.Append(Encoding.UTF8.GetString(piece.AsSpan(0, read.Count)));
        }
    }
}
