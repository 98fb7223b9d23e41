using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using NetMon.Agent.Api;
using NetMon.Bpf.Pinning;

namespace NetMon.Agent.Lifecycle;

/// <summary>The agent that has a state directory, if one runs.</summary>
public sealed class OtherAgent
{
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly string _directory;

    /// <param name="directory">Setting state.directory.</param>
    public OtherAgent(string directory) => _directory = directory;

    public string LockPath => Path.Combine(_directory, AgentInstance.LockFile);

    /// <summary>Its process, as it is numbered here; 0 if none runs, or it cannot be seen from here.</summary>
    public int Process => ProcessLock.HolderOf(LockPath);

    /// <summary>Asks it to stop by its socket, else by a signal. Does not wait.</summary>
    /// <param name="keep">Whether its programs are to stay attached.</param>
    /// <returns>Whether it was told.</returns>
    public async Task<bool> StopAsync(bool keep, CancellationToken cancellationToken)
    {
        if (await AskAsync(keep, cancellationToken))
        {
            return true;
        }

        // Signals leave it to the agent's settings what becomes of its programs.
        var process = Process;
        return keep ? ProcessLock.Terminate(process) : ProcessLock.Interrupt(process);
    }

    /// <summary>Has it stop, and takes its lock.</summary>
    /// <param name="keep">Whether its programs are to stay attached.</param>
    /// <param name="patience">For its end.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Null if it cannot be told, or has the lock still after the time.</returns>
    public async Task<ProcessLock?> ReplaceAsync(
        bool keep,
        TimeSpan patience,
        CancellationToken cancellationToken
    )
    {
        var told = await StopAsync(keep, cancellationToken);

        // One that cannot be told may have ended by itself since somebody looked.
        return await TakeLockAsync(told ? patience : TimeSpan.Zero, cancellationToken);
    }

    /// <summary>Takes its lock as soon as it is free.</summary>
    /// <returns>Null if it has it still after the time.</returns>
    public async Task<ProcessLock?> TakeLockAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        while (true)
        {
            if (ProcessLock.TryTake(LockPath) is { } taken)
            {
                return taken;
            }

            if (Stopwatch.GetElapsedTime(start) > patience)
            {
                return null;
            }

            await Task.Delay(Pause, cancellationToken);
        }
    }

    private async Task<bool> AskAsync(bool keep, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(AnswerPatience);
        try
        {
            using var client = new HttpClient(
                new SocketsHttpHandler { ConnectCallback = async (_, token) => await ConnectAsync(token) }
            );
            using var body = new StringContent(
                $$"""{"keep":{{(keep ? "true" : "false")}}}""",
                Encoding.UTF8,
                JsonError.ContentType
            );
            using var response = await client.PostAsync(
                new Uri("http://localhost" + StopEndpoint.Path),
                body,
                patience.Token
            );
            return response.IsSuccessStatusCode;
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return false;
        }
    }

    private async Task<Stream> ConnectAsync(CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            var path = Path.Combine(_directory, ApiSocketFile.Name);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
