using NetMon.Core.Flows;

namespace NetMon.Kubernetes.Cluster;

/// <summary>Addresses and their chains: a hash table with open addressing. One writer at a time; readers need no lock.</summary>
/// <remarks>
/// With the key in the slot a look-up of a cold address misses the cache once before it has the chain, where a ConcurrentDictionary does twice;
/// together with one flag for "synced" that made 52 ns of 94, among 100,000 addresses. Why readers are safe:
/// <list type="number">
/// <item>a slot's key is written before its chain, once; from then on only the chain changes, by one write of a reference;</item>
/// <item>an address that goes leaves its key, with <see cref="Removed"/> for a chain, until the table is made anew;</item>
/// <item>a new table is filled before it is published. Who reads the old one meanwhile sees it as it was last.</item>
/// </list>
/// </remarks>
internal sealed class AddressTable
{
    private const int MinSize = 256;

    private static readonly AddressVersion Removed = new()
    {
        Holder = new ApiServerHolder(),
        Claim = default,
        Begin = 0,
        End = 0,
        FinalUntil = 0,
        Next = null,
    };

    // A power of two, and never full, so that each search comes to an empty slot.
    private volatile Slot[] _slots = new Slot[MinSize];
    private int _used;

    /// <summary>Addresses that have a chain.</summary>
    public int Count { get; private set; }

    /// <summary>Slots.</summary>
    public int Size => _slots.Length;

    /// <summary>Null if there is none. Any thread; allocates nothing.</summary>
    public AddressVersion? Find(in NetworkAddress address)
    {
        var slots = _slots;
        for (var i = address.GetHashCode() & (slots.Length - 1); ; i = (i + 1) & (slots.Length - 1))
        {
            ref var slot = ref slots[i];
            var chain = Volatile.Read(ref slot.Chain);
            if (chain is null)
            {
                return null;
            }

            if (slot.Address == address)
            {
                return ReferenceEquals(chain, Removed) ? null : chain;
            }
        }
    }

    public void Set(in NetworkAddress address, AddressVersion chain)
    {
        if ((_used + 1) * 4L > _slots.Length * 3L)
        {
            Rebuild();
        }

        ref var slot = ref SlotOf(_slots, address);
        if (slot.Chain is null)
        {
            slot.Address = address;
            _used++;
        }

        Count += slot.Chain is null || ReferenceEquals(slot.Chain, Removed) ? 1 : 0;
        Volatile.Write(ref slot.Chain, chain);
    }

    public void Remove(in NetworkAddress address)
    {
        ref var slot = ref SlotOf(_slots, address);
        if (slot.Chain is not null && !ReferenceEquals(slot.Chain, Removed))
        {
            Volatile.Write(ref slot.Chain, Removed);
            Count--;
        }
    }

    /// <summary>The slot that an address has, or would take.</summary>
    private static ref Slot SlotOf(Slot[] slots, in NetworkAddress address)
    {
        var i = address.GetHashCode() & (slots.Length - 1);
        while (slots[i].Chain is not null && slots[i].Address != address)
        {
            i = (i + 1) & (slots.Length - 1);
        }

        return ref slots[i];
    }

    /// <summary>Makes room for twice as many addresses as there are, without those that went.</summary>
    private void Rebuild()
    {
        var size = MinSize;
        while (size < Count * 2)
        {
            size *= 2;
        }

        var slots = new Slot[size];
        foreach (ref readonly var slot in _slots.AsSpan())
        {
            if (slot.Chain is not null && !ReferenceEquals(slot.Chain, Removed))
            {
                SlotOf(slots, slot.Address) = slot;
            }
        }

        _used = Count;
        _slots = slots;
    }

    private struct Slot
    {
        public NetworkAddress Address;
        public AddressVersion? Chain;
    }
}
