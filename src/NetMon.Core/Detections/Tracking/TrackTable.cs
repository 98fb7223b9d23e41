namespace NetMon.Core.Detections.Tracking;

/// <summary>A key of a <see cref="TrackTable{TKey,TState}"/>.</summary>
internal interface ITrackKey<TSelf> : IEquatable<TSelf>
    where TSelf : struct, ITrackKey<TSelf>
{
    /// <summary>With a secret of the process (<see cref="TrackHash"/>).</summary>
    ulong Hash();
}

/// <summary>What is remembered of each of a bounded number of things. One step to find one; allocates nothing after it was made.</summary>
/// <remarks>
/// Sets of eight places: a key's hash names its set. In a full set the one gives way that was idle for longest among those with the least weight,
/// so that a crowd of things that were seen once cannot push out one that was seen often.
/// </remarks>
internal sealed class TrackTable<TKey, TState>
    where TKey : struct, ITrackKey<TKey>
    where TState : struct
{
    private const int Ways = 8;

    private readonly Place[] _places;
    private readonly ulong _mask;
    private readonly ulong _idleNs;

    /// <param name="capacity">Things at most; rounded up to a power of two.</param>
    /// <param name="idleNs">What was idle for so long may be forgotten without a word.</param>
    public TrackTable(int capacity, ulong idleNs)
    {
        var sets = Math.Max(1, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)capacity) / Ways);
        _places = new Place[sets * Ways];
        _mask = (ulong)sets - 1;
        _idleNs = idleNs;
    }

    public int Capacity => _places.Length;

    /// <summary>Places in use.</summary>
    public int Count { get; private set; }

    /// <summary>Things forgotten before they were idle for long enough, for want of room.</summary>
    public long Evicted { get; private set; }

    /// <returns>The state of a thing that is remembered; else a null reference.</returns>
    public ref TState Find(in TKey key)
    {
        foreach (ref var place in Set(key.Hash()))
        {
            if (place.LastNs != 0 && place.Key.Equals(key))
            {
                return ref place.State;
            }
        }

        return ref System.Runtime.CompilerServices.Unsafe.NullRef<TState>();
    }

    /// <summary>The state of a thing, which may be new.</summary>
    public ref TState Touch(in TKey key, ulong nowNs, out bool isNew)
    {
        var set = Set(key.Hash());
        var victim = 0;
        for (var i = 0; i < set.Length; i++)
        {
            ref var place = ref set[i];
            if (place.LastNs != 0 && place.Key.Equals(key))
            {
                place.LastNs = Math.Max(1, nowNs);
                place.Weight += place.Weight == byte.MaxValue ? 0 : 1;
                isNew = false;
                return ref place.State;
            }

            victim = GivesWay(in place, in set[victim], nowNs) ? i : victim;
        }

        ref var taken = ref set[victim];
        if (taken.LastNs == 0)
        {
            Count++;
        }
        else if (!IsIdle(in taken, nowNs))
        {
            Evicted++;
        }

        taken = new Place
        {
            Key = key,
            LastNs = Math.Max(1, nowNs),
            Weight = 1,
        };
        isNew = true;
        return ref taken.State;
    }

    private Span<Place> Set(ulong hash) => _places.AsSpan((int)(hash & _mask) * Ways, Ways);

    private bool IsIdle(in Place place, ulong nowNs) => nowNs > place.LastNs + _idleNs;

    private bool GivesWay(in Place place, in Place other, ulong nowNs)
    {
        var weight = Weight(in place, nowNs);
        var otherWeight = Weight(in other, nowNs);
        return weight != otherWeight ? weight < otherWeight : place.LastNs < other.LastNs;
    }

    private int Weight(in Place place, ulong nowNs) =>
        place.LastNs == 0 ? -1
        : IsIdle(in place, nowNs) ? 0
        : place.Weight;

    private struct Place
    {
        public TKey Key;
        public TState State;

        /// <summary>0: the place is free.</summary>
        public ulong LastNs;
        public int Weight;
    }
}
