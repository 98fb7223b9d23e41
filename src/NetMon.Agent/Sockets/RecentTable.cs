using System.Runtime.InteropServices;

namespace NetMon.Agent.Sockets;

/// <summary>Remembers what was touched last, up to a number and for a time. One thread only; allocates nothing once it has grown.</summary>
internal sealed class RecentTable<TKey, TValue>(int capacity, ulong lifetimeNs)
    where TKey : struct, IEquatable<TKey>
    where TValue : struct
{
    private const int None = -1;

    private readonly Dictionary<TKey, int> _places = [];
    private Item[] _items = new Item[16];
    private int _touched;
    private int _free = None;
    private int _oldest = None;
    private int _youngest = None;

    public int Count => _places.Count;

    /// <summary>What was forgotten though it was not over.</summary>
    public long Displaced { get; private set; }

    /// <returns>The value; a null reference if the key is not known.</returns>
    public ref TValue Find(in TKey key)
    {
        if (!_places.TryGetValue(key, out var place))
        {
            return ref System.Runtime.CompilerServices.Unsafe.NullRef<TValue>();
        }

        return ref _items[place].Value;
    }

    /// <summary>The value of a key, which is made if it is not known, as the youngest.</summary>
    public ref TValue Touch(in TKey key, ulong nowNs)
    {
        ref var place = ref CollectionsMarshal.GetValueRefOrAddDefault(_places, key, out var known);
        if (known)
        {
            Unlink(place);
        }
        else
        {
            place = Take();
            ref var made = ref _items[place];
            made.Key = key;
            made.Value = default;
        }

        var number = place;
        Link(number);
        _items[number].TouchedNs = nowNs;
        if (_places.Count > capacity)
        {
            Remove(_oldest);
            Displaced++;
        }

        return ref _items[number].Value;
    }

    /// <summary>Forgets what was not touched for long, a few at a time.</summary>
    public void Expire(ulong nowNs, int most)
    {
        for (; most > 0 && _oldest != None && _items[_oldest].TouchedNs + lifetimeNs <= nowNs; most--)
        {
            Remove(_oldest);
        }
    }

    private int Take()
    {
        if (_free != None)
        {
            var place = _free;
            _free = _items[place].Next;
            return place;
        }

        if (_touched == _items.Length)
        {
            Array.Resize(ref _items, _items.Length * 2);
        }

        return _touched++;
    }

    private void Remove(int place)
    {
        _places.Remove(_items[place].Key);
        Unlink(place);
        _items[place].Value = default;
        _items[place].Next = _free;
        _free = place;
    }

    private void Link(int place)
    {
        _items[place].Next = None;
        _items[place].Previous = _youngest;
        if (_youngest != None)
        {
            _items[_youngest].Next = place;
        }
        else
        {
            _oldest = place;
        }

        _youngest = place;
    }

    private void Unlink(int place)
    {
        var (previous, next) = (_items[place].Previous, _items[place].Next);
        if (previous != None)
        {
            _items[previous].Next = next;
        }
        else
        {
            _oldest = next;
        }

        if (next != None)
        {
            _items[next].Previous = previous;
        }
        else
        {
            _youngest = previous;
        }
    }

    private struct Item
    {
        public TKey Key;
        public TValue Value;
        public ulong TouchedNs;
        public int Next;
        public int Previous;
    }
}
