using System.Diagnostics.CodeAnalysis;
using NetMon.Core.Flows;

namespace NetMon.Agent.Streaming;

/// <summary>Hands the capture loop's events to those who follow. A slow reader loses its own events and delays nobody.</summary>
internal sealed class Broadcaster
{
    /// <summary>Readers at once.</summary>
    public const int MaxSubscriptions = 8;

    /// <summary>Events that wait for one reader: some 20 MB when it is that far behind.</summary>
    public const int QueueCapacity = 65_536;

    /// <summary>Events that wait for one reader while memory is short.</summary>
    private const int ShortQueue = 1024;

    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(5);

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private volatile int _queueCapacity;
    private volatile Subscription[] _subscriptions = [];
    private bool _completed;
    private long _delivered;
    private long _lost;
    private long _shed;
    private bool _short;
    private volatile int _ceiling = int.MaxValue;

    /// <param name="queueCapacity">Events that wait for one reader.</param>
    /// <param name="time">Tells who reads on; null: the system's.</param>
    public Broadcaster(int queueCapacity = QueueCapacity, TimeProvider? time = null)
    {
        _queueCapacity = queueCapacity;
        _time = time ?? TimeProvider.System;
    }

    /// <summary>Events that wait for one reader; those that read already keep what they have. From any thread.</summary>
    public int Capacity
    {
        get => _queueCapacity;
        set => _queueCapacity = value;
    }

    /// <summary>Whether anybody follows.</summary>
    public bool HasSubscriptions => _subscriptions.Length > 0;

    public int SubscriptionCount => _subscriptions.Length;

    /// <summary>Events queued for readers.</summary>
    public long Delivered => Volatile.Read(ref _delivered);

    /// <summary>Events that readers lost because they were slow.</summary>
    public long Lost => Volatile.Read(ref _lost);

    /// <summary>Events that wait for one reader at most, whatever <see cref="Capacity"/> says: what memory allows. Any thread.</summary>
    public int Ceiling
    {
        get => _ceiling;
        set => _ceiling = value;
    }

    /// <summary>Events that were not kept for readers to save memory.</summary>
    public long Shed => Volatile.Read(ref _shed);

    /// <summary>Keeps next to nothing for readers that are slow, or as much as before. Any thread.</summary>
    public void Shorten(bool shorten)
    {
        lock (_gate)
        {
            _short = shorten;
            foreach (var subscription in _subscriptions)
            {
                var excess = subscription.Shorten(shorten ? ShortQueue : int.MaxValue);
                Interlocked.Add(ref _shed, excess);
                Interlocked.Add(ref _lost, excess);
            }
        }
    }

    /// <summary>Whether a reader that reads on has more than half of its queue to read.</summary>
    public bool Backlogged
    {
        get
        {
            foreach (var subscription in _subscriptions)
            {
                if (subscription.Backlogged)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>Begins a stream of the events from now on whose flow passes the filter.</summary>
    /// <returns>False if there are too many already.</returns>
    public bool TrySubscribe(FlowFilter filter, [NotNullWhen(true)] out Subscription? subscription)
    {
        lock (_gate)
        {
            if (_subscriptions.Length >= MaxSubscriptions)
            {
                subscription = null;
                return false;
            }

            subscription = new Subscription(this, filter, Math.Min(_queueCapacity, _ceiling), _time);
            if (_short)
            {
                subscription.Shorten(ShortQueue);
            }

            if (_completed)
            {
                subscription.Complete();
            }
            else
            {
                _subscriptions = [.. _subscriptions, subscription];
            }

            return true;
        }
    }

    /// <summary>Queues an event for everyone whom it concerns. The capture loop's.</summary>
    public void Publish(in FlowEvent step)
    {
        foreach (var subscription in _subscriptions)
        {
            switch (subscription.Push(in step))
            {
                case PushOutcome.Queued:
                    Volatile.Write(ref _delivered, _delivered + 1);
                    break;
                case PushOutcome.OldestLost:
                    Volatile.Write(ref _delivered, _delivered + 1);
                    Interlocked.Increment(ref _lost);
                    if (Volatile.Read(ref _short))
                    {
                        Interlocked.Increment(ref _shed);
                    }

                    break;
            }
        }
    }

    /// <summary>Wakes the readers for whom something was queued. The capture loop's, once per batch.</summary>
    public void Flush()
    {
        foreach (var subscription in _subscriptions)
        {
            subscription.Signal();
        }
    }

    /// <summary>Ends all streams after what is queued. The capture loop's.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _completed = true;
            foreach (var subscription in _subscriptions)
            {
                subscription.Complete();
            }
        }
    }

    /// <summary>Waits until the readers have read to the end.</summary>
    /// <param name="patience">A reader that takes nothing for so long is not waited for.</param>
    /// <param name="limit">Nobody is waited for longer.</param>
    public async Task WaitForReadersAsync(TimeSpan patience, TimeSpan limit)
    {
        var start = _time.GetTimestamp();
        while (
            _time.GetElapsedTime(start) < limit
            && _subscriptions.Any(subscription => subscription.IsReading(patience))
        )
        {
            await Task.Delay(LookInterval, _time);
        }
    }

    internal void Remove(Subscription subscription)
    {
        lock (_gate)
        {
            _subscriptions = [.. _subscriptions.Where(each => each != subscription)];
        }
    }
}
