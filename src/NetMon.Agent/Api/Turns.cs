using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using NetMon.Agent.Api.Limits;

namespace NetMon.Agent.Api;

/// <summary>
/// Lets a few long answers be written at once; others wait for their turn. How many can be changed meanwhile: who has a turn keeps it. Any thread.
/// </summary>
/// <remarks>
/// A slow reader must not keep others from their turn, nor one client with many requests another with one: who has waited for some seconds takes
/// the turn of who has had one for longest, if that is as long; and whose client has none goes before whose client has one.
/// </remarks>
/// <param name="atOnce">Turns at once.</param>
/// <param name="patience">With who is slow, once another waits; null: 5 s.</param>
internal sealed class Turns(int atOnce, TimeSpan? patience = null)
{
    private readonly Lock _gate = new();
    private readonly TimeSpan _patience = patience ?? TimeSpan.FromSeconds(5);

    // In the order in which they began, and came.
    private readonly List<Turn> _running = [];
    private readonly List<Turn> _waiting = [];
    private int _atOnce = atOnce;

    /// <summary>How many at once.</summary>
    public int AtOnce
    {
        get
        {
            lock (_gate)
            {
                return _atOnce;
            }
        }
        set
        {
            lock (_gate)
            {
                _atOnce = value;
                Start();
            }
        }
    }

    /// <summary>Writes an answer when its turn comes; ends the connection of who reads it too slowly while others wait.</summary>
    public async Task RunAsync(HttpContext context, Func<CancellationToken, Task> answer)
    {
        var client = context.Features.Get<ApiConnection>()?.Client;
        using var turn = await TakeAsync(client, context.RequestAborted);
        try
        {
            await answer(turn.Token);
        }
        catch (OperationCanceledException)
            when (turn.IsRevoked && !context.RequestAborted.IsCancellationRequested)
        {
            WatchedBody.GiveUp(context);
        }
    }

    /// <summary>Waits for a turn, which ends when it is disposed.</summary>
    /// <param name="client">Whose it is; null counts as one client.</param>
    /// <param name="cancellation">Of the wait, and of <see cref="Turn.Token"/>.</param>
    public async ValueTask<Turn> TakeAsync(object? client, CancellationToken cancellation)
    {
        var turn = new Turn(this, client, cancellation);
        lock (_gate)
        {
            _waiting.Add(turn);
            Start();
        }

        try
        {
            while (true)
            {
                try
                {
                    await turn.Begun.WaitAsync(_patience, cancellation);
                    return turn;
                }
                catch (TimeoutException)
                {
                    EndSlowest(turn);
                }
            }
        }
        catch
        {
            turn.Dispose();
            throw;
        }
    }

    private void EndSlowest(Turn waiting)
    {
        Turn? slowest;
        lock (_gate)
        {
            // Its turn may have come since the time was up: then nobody waits here any more, and the slowest may be itself.
            if (!_waiting.Contains(waiting))
            {
                return;
            }

            slowest = _running.Find(turn => !turn.IsRevoked && turn.Age >= _patience);
            slowest?.IsRevoked = true;
        }

        // What is cancelled goes on in here, and must not hold the lock.
        slowest?.Cancel();
    }

    private void End(Turn turn)
    {
        lock (_gate)
        {
            _waiting.Remove(turn);
            _running.Remove(turn);
            Start();
        }
    }

    private void Start()
    {
        while (_waiting.Count > 0 && _running.Count < _atOnce)
        {
            var next = Math.Max(0, _waiting.FindIndex(turn => !_running.Exists(turn.IsOfSameClient)));
            var turn = _waiting[next];
            _waiting.RemoveAt(next);
            _running.Add(turn);
            turn.Begin();
        }
    }

    /// <summary>A turn, from when it is asked for.</summary>
    internal sealed class Turn : IDisposable
    {
        private readonly Turns _turns;
        private readonly object? _client;
        private readonly CancellationTokenSource _end;
        private readonly TaskCompletionSource _begun = new(
            TaskCreationOptions.RunContinuationsAsynchronously
        );
        private long _since;

        internal Turn(Turns turns, object? client, CancellationToken cancellation)
        {
            _turns = turns;
            _client = client;
            _end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            Token = _end.Token;
        }

        /// <summary>Cancelled when others waited too long for its end.</summary>
        public CancellationToken Token { get; }

        /// <summary>Whether that was why.</summary>
        public bool IsRevoked { get; internal set; }

        internal Task Begun => _begun.Task;

        internal TimeSpan Age => Stopwatch.GetElapsedTime(_since);

        public void Dispose()
        {
            _turns.End(this);
            _end.Dispose();
        }

        internal bool IsOfSameClient(Turn other) => Equals(_client, other._client);

        internal void Begin()
        {
            _since = Stopwatch.GetTimestamp();
            _begun.SetResult();
        }

        internal void Cancel()
        {
            try
            {
                _end.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // It ended by itself meanwhile.
            }
        }
    }
}
