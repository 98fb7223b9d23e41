using System.Net.Sockets;

namespace NetMon.Agent.Diagnosis.Profiling;

/// <summary>A recording of the runtime's events in this process, taken over its own diagnostics socket.</summary>
/// <remarks>
/// The protocol is github.com/dotnet/diagnostics/blob/main/documentation/design-docs/ipc-protocol.md: a command begins the recording on one
/// connection, whose answer is followed by the file; another connection ends it.
/// </remarks>
internal sealed class EventPipeSession : IDisposable
{
    /// <summary>The runtime's buffer: events beyond it are dropped, which the file says.</summary>
    private const uint BufferMebi = 16;

    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(30);

    private readonly Socket _socket;
    private readonly NetworkStream _events;
    private readonly ulong _number;

    private EventPipeSession(Socket socket, NetworkStream events, ulong number)
    {
        _socket = socket;
        _events = events;
        _number = number;
    }

    /// <exception cref="IOException">The runtime offers no diagnostics, or refuses.</exception>
    public static async Task<EventPipeSession> StartAsync(
        IReadOnlyList<EventPipeProvider> providers,
        CancellationToken cancellation
    )
    {
        var socket = await ConnectAsync(cancellation);
        try
        {
            var stream = new NetworkStream(socket, ownsSocket: false);
            await stream.WriteAsync(DiagnosticsMessage.CollectTracing(providers, BufferMebi), cancellation);
            var number = await DiagnosticsMessage.ReadAnswerAsync(stream, cancellation);
            return new EventPipeSession(socket, stream, number);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Copies the file for a while, then ends the recording and copies the rest.</summary>
    public async Task CopyAsync(Stream output, TimeSpan duration, CancellationToken cancellation)
    {
        var copying = _events.CopyToAsync(output, cancellation);
        await Task.WhenAny(copying, Task.Delay(duration, cancellation));
        await EndAsync();
        await copying.WaitAsync(StopPatience, cancellation);
    }

    public void Dispose()
    {
        _events.Dispose();
        // The runtime ends a recording whose reader is gone.
        _socket.Dispose();
    }

    // Also where the reader went away: else the runtime would go on.
    private async Task EndAsync()
    {
        using var patience = new CancellationTokenSource(StopPatience);
        using var socket = await ConnectAsync(patience.Token);
        await using var stream = new NetworkStream(socket, ownsSocket: false);
        await stream.WriteAsync(DiagnosticsMessage.StopTracing(_number), patience.Token);
        await DiagnosticsMessage.ReadAnswerAsync(stream, patience.Token);
    }

    private static async Task<Socket> ConnectAsync(CancellationToken cancellation)
    {
        // dotnet-diagnostic-{pid}-{start of the process}-socket
        var folder = Path.GetTempPath();
        var path =
            Directory
                .EnumerateFiles(folder, $"dotnet-diagnostic-{Environment.ProcessId}-*-socket")
                .OrderByDescending(File.GetCreationTimeUtc)
                .FirstOrDefault()
            ?? throw new IOException(
                $"the runtime has no diagnostics socket in {folder}: give the agent a writable one (TMPDIR), and leave DOTNET_EnableDiagnostics on"
            );
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
            return socket;
        }
        catch (SocketException error)
        {
            socket.Dispose();
            throw new IOException($"the runtime's diagnostics socket {path}: {error.Message}", error);
        }
    }
}
