using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using NetMon.Core.Detections.Events;

namespace NetMon.Agent.Detections;

/// <summary>The events and those who follow them. A slow follower loses the oldest changes, and is told how many.</summary>
internal sealed class EventFeed
{
    public const int MaxFollowers = 8;
    private const int QueueCapacity = 512;

    private readonly Lock _gate = new();
    private volatile EventFollower[] _followers = [];
    private bool _completed;

    public SecurityEventLog Log { get; } = new();

    /// <summary>The detections' thread.</summary>
    public void Add(SecurityEvent told)
    {
        Log.Add(told);
        foreach (var follower in _followers)
        {
            follower.Push(told);
        }
    }

    /// <returns>False if there are too many.</returns>
    public bool TryFollow([NotNullWhen(true)] out EventFollower? follower)
    {
        lock (_gate)
        {
            follower = _followers.Length < MaxFollowers ? new EventFollower(this, QueueCapacity) : null;
            if (follower is not null)
            {
                _followers = [.. _followers, follower];
                if (_completed)
                {
                    follower.Complete();
                }
            }

            return follower is not null;
        }
    }

    /// <summary>Nothing follows.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _completed = true;
            foreach (var follower in _followers)
            {
                follower.Complete();
            }
        }
    }

    internal void Remove(EventFollower follower)
    {
        lock (_gate)
        {
            _followers = [.. _followers.Where(each => each != follower)];
        }
    }
}

/// <summary>One reader of changes.</summary>
internal sealed class EventFollower : IDisposable
{
    private readonly EventFeed _feed;
    private readonly Channel<SecurityEvent> _changes;
    private long _lost;

    public EventFollower(EventFeed feed, int capacity)
    {
        _feed = feed;
        _changes = Channel.CreateBounded<SecurityEvent>(
            new BoundedChannelOptions(capacity)
            {
                FullMode = BoundedChannelFullMode.DropOldest,
                SingleReader = true,
                SingleWriter = true,
            },
            _ => Interlocked.Increment(ref _lost)
        );
    }

    public ChannelReader<SecurityEvent> Changes => _changes.Reader;

    /// <summary>Changes that were lost since the last call.</summary>
    public long TakeLost() => Interlocked.Exchange(ref _lost, 0);

    public void Push(SecurityEvent told) => _changes.Writer.TryWrite(told);

    public void Complete() => _changes.Writer.TryComplete();

    public void Dispose() => _feed.Remove(this);
}
