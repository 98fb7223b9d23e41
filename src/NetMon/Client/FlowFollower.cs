using System.Buffers;

namespace NetMon.Client;

/// <summary>Follows an agent's stream across its restarts.</summary>
/// <param name="say">Takes the messages for the person who watches, a line each.</param>
internal sealed class FlowFollower(
    AgentClient client,
    Action<string> say,
    ClientPatience patience,
    TimeProvider time
)
{
    /// <summary>Hands on every line until cancelled, which is its ordinary end. Waits for an agent that went away, but not for one that was never there.</summary>
    /// <param name="path">What to follow: path and query, relative to the server.</param>
    /// <param name="line">Takes each line.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="AgentException">The agent does not answer at first, or refuses.</exception>
    public async Task RunAsync(
        string path,
        Action<ReadOnlySequence<byte>> line,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await FollowAsync(path, line, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested) { }
    }

    private async Task FollowAsync(
        string path,
        Action<ReadOnlySequence<byte>> line,
        CancellationToken cancellationToken
    )
    {
        var wait = patience.FirstRetry;
        long? lostSince = null;
        var everConnected = false;
        while (true)
        {
            var reason = "the agent ended the stream";
            try
            {
                await foreach (var text in client.FollowAsync(path, OnConnected, cancellationToken))
                {
                    wait = patience.FirstRetry;
                    line(text);
                }
            }
            catch (AgentException e) when (e.Transient && everConnected)
            {
                reason = e.Message;
            }

            if (lostSince is null)
            {
                lostSince = time.GetTimestamp();
                say($"{reason}; waiting for {client.Address} to come back");
            }

            await Task.Delay(wait, time, cancellationToken);
            wait = wait * 2 < patience.LongestRetry ? wait * 2 : patience.LongestRetry;
        }

        void OnConnected()
        {
            everConnected = true;
            if (lostSince is { } since)
            {
                var gap = time.GetElapsedTime(since).TotalSeconds;
                say($"connected again after {gap:0.0} s; what happened in between is not shown");
                lostSince = null;
            }
        }
    }
}
