using System.Threading.Channels;
using NetMon.Core.Flows;

namespace NetMon.Agent.Streaming;

/// <summary>One reader's live stream of flow events. It ends when it is disposed, or when the broadcaster is completed and all is taken.</summary>
internal sealed class Subscription : IDisposable
{
    private static readonly TimeSpan Stalled = TimeSpan.FromSeconds(3);

    private readonly Broadcaster _broadcaster;
    private readonly EventQueue _queue;
    private readonly FlowFilter _filter;

    // Holds one token at most: "there is something to take".
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true }
    );
    private bool _unsignalled;

    public Subscription(Broadcaster broadcaster, FlowFilter filter, int capacity, TimeProvider time)
    {
        _broadcaster = broadcaster;
        _filter = filter;
        _queue = new EventQueue(capacity, time);
    }

    /// <summary>Whether less than half of the queue is free, though the reader reads on.</summary>
    public bool Backlogged => _queue.Count > _queue.Capacity / 2 && IsReading(Stalled);

    /// <summary>Whether the reader took something within a time, or had something to take for less than that.</summary>
    public bool IsReading(TimeSpan within) => _queue.Waiting < within;

    /// <summary>Waits for events.</summary>
    /// <returns>False when the stream is at its end: one more round of <see cref="Take"/> gives the rest.</returns>
    public async ValueTask<bool> WaitAsync(CancellationToken cancellation)
    {
        if (!await _signal.Reader.WaitToReadAsync(cancellation))
        {
            return false;
        }

        _signal.Reader.TryRead(out _);
        return true;
    }

    /// <summary>Lets events gather; returns early when the stream comes to its end.</summary>
    public async ValueTask DelayAsync(TimeSpan time, CancellationToken cancellation) =>
        await Task.WhenAny(_signal.Reader.Completion, Task.Delay(time, cancellation));

    /// <inheritdoc cref="EventQueue.Take"/>
    public int Take(Span<FlowEvent> events, out long lost) => _queue.Take(events, out lost);

    public void Dispose() => _broadcaster.Remove(this);

    internal PushOutcome Push(in FlowEvent step)
    {
        if (!_filter.Matches(in step.Flow))
        {
            return PushOutcome.Filtered;
        }

        _unsignalled = true;
        return _queue.Push(in step) ? PushOutcome.OldestLost : PushOutcome.Queued;
    }

    internal int Shorten(int limit) => _queue.Shorten(limit);

    internal void Signal()
    {
        if (_unsignalled)
        {
            _unsignalled = false;
            _signal.Writer.TryWrite(true);
        }
    }

    internal void Complete()
    {
        // Who has stalled until now has the patience of the end before it, like everyone.
        _queue.Touch();
        _signal.Writer.TryComplete();
    }
}

internal enum PushOutcome
{
    /// <summary>The event does not concern the reader.</summary>
    Filtered,
    Queued,

    /// <summary>The event is queued, and the oldest gave way to it.</summary>
    OldestLost,
}
