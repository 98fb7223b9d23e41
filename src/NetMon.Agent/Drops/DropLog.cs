using System.Threading.Channels;
using NetMon.Core.Drops;

namespace NetMon.Agent.Drops;

/// <summary>The latest drops, and those who follow them. The capture loop writes; any thread reads.</summary>
internal sealed class DropLog(int capacity)
{
    /// <summary>Readers at once.</summary>
    public const int MaxFollowers = 8;

    private const int QueueCapacity = 4096;

    private readonly Lock _gate = new();
    private readonly Queue<DroppedPackets> _recent = [];
    private Follower[] _followers = [];
    private bool _completed;
    private bool _shed;
    private long _shedCount;

    /// <summary>Why there are none; null if there may be.</summary>
    public string? Unavailable { get; set; } = "drops are not watched yet";

    /// <summary>What was forgotten to save memory. Any thread.</summary>
    public long ShedCount => Volatile.Read(ref _shedCount);

    /// <summary>Forgets all, and remembers none for now; or remembers again. Any thread.</summary>
    public void Shed(bool shed)
    {
        lock (_gate)
        {
            _shed = shed;
            if (shed)
            {
                _shedCount += _recent.Count;
                _recent.Clear();
                _recent.TrimExcess();
            }
        }
    }

    public void Add(DroppedPackets drop)
    {
        lock (_gate)
        {
            if (_shed)
            {
                _shedCount++;
            }
            else
            {
                if (_recent.Count == capacity)
                {
                    _recent.Dequeue();
                }

                _recent.Enqueue(drop);
            }
            foreach (var follower in _followers)
            {
                follower.Push(drop);
            }
        }
    }

    /// <summary>Those that are remembered, the latest first.</summary>
    public DroppedPackets[] Read()
    {
        lock (_gate)
        {
            var all = _recent.ToArray();
            Array.Reverse(all);
            return all;
        }
    }

    /// <summary>Begins to follow the drops to come.</summary>
    /// <returns>Null if there are too many followers already.</returns>
    public Follower? Follow(DropQuery query)
    {
        lock (_gate)
        {
            if (_followers.Length >= MaxFollowers)
            {
                return null;
            }

            var follower = new Follower(this, query);
            _followers = [.. _followers, follower];
            if (_completed)
            {
                follower.Complete();
            }

            return follower;
        }
    }

    /// <summary>Ends all streams after what is queued.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _completed = true;
            Array.ForEach(_followers, follower => follower.Complete());
        }
    }

    private void Remove(Follower follower)
    {
        lock (_gate)
        {
            _followers = [.. _followers.Where(each => each != follower)];
        }
    }

    /// <summary>One reader's stream, with a bounded queue: one that is too slow loses the oldest.</summary>
    internal sealed class Follower : IDisposable
    {
        private readonly DropLog _log;
        private readonly DropQuery _query;
        private readonly Channel<DroppedPackets> _queue;
        private long _lost;

        public Follower(DropLog log, DropQuery query)
        {
            _log = log;
            _query = query;
            _queue = Channel.CreateBounded<DroppedPackets>(
                new BoundedChannelOptions(QueueCapacity)
                {
                    FullMode = BoundedChannelFullMode.DropOldest,
                    SingleReader = true,
                },
                _ => Interlocked.Increment(ref _lost)
            );
        }

        public ChannelReader<DroppedPackets> Drops => _queue.Reader;

        /// <summary>Drops that gave way since the call before.</summary>
        public long TakeLost() => Interlocked.Exchange(ref _lost, 0);

        public void Push(DroppedPackets drop)
        {
            if (_query.Matches(drop))
            {
                _queue.Writer.TryWrite(drop);
            }
        }

        public void Complete() => _queue.Writer.TryComplete();

        public void Dispose() => _log.Remove(this);
    }
}
