using System.Runtime.InteropServices;
using NetMon.Bpf.Interop;

namespace NetMon.Bpf.Objects;

/// <summary>A map in the kernel, by a descriptor of our own.</summary>
internal sealed unsafe class BpfMap(
    string name,
    FileDescriptor descriptor,
    int keySize,
    int valueSize,
    int maxEntries
) : IDisposable
{
    public string Name => name;

    public FileDescriptor Descriptor => descriptor;

    public int MaxEntries => maxEntries;

    /// <summary>Makes a map that holds some bytes.</summary>
    /// <param name="name">Names it in the kernel and in errors.</param>
    /// <param name="content">Its only value.</param>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public static BpfMap Holding(string name, ReadOnlySpan<byte> content)
    {
        var result = Libbpf.bpf_map_create(
            Libbpf.BPF_MAP_TYPE_ARRAY,
            name,
            sizeof(uint),
            (uint)content.Length,
            1,
            null
        );
        if (result < 0)
        {
            throw new BpfException($"make the BPF map {name}", -result, "");
        }

        var map = new BpfMap(name, new FileDescriptor(result), sizeof(uint), content.Length, 1);
        var key = 0u;
        fixed (byte* start = content)
        {
            result = Libbpf.bpf_map_update_elem(map.Descriptor, &key, start, Libbpf.BPF_ANY);
        }

        if (result < 0)
        {
            map.Dispose();
            throw new BpfException($"fill the BPF map {name}", -result, "");
        }

        return map;
    }

    /// <summary>A map that is in the kernel already.</summary>
    /// <param name="name">Names it in errors.</param>
    /// <param name="descriptor">Becomes the map's.</param>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public static BpfMap FromKernel(string name, FileDescriptor descriptor)
    {
        var info = ReadInfo(name, descriptor);
        return new(name, descriptor, (int)info.KeySize, (int)info.ValueSize, (int)info.MaxEntries);
    }

    /// <exception cref="BpfException">The kernel refused.</exception>
    public BpfMapInfo ReadInfo() => ReadInfo(name, descriptor);

    /// <summary>Kernel memory that the map takes now.</summary>
    /// <exception cref="BpfException">/proc does not say.</exception>
    public long MemoryBytes => DescriptorInfo.Read(descriptor, "memlock");

    /// <returns>Whether the map has the key.</returns>
    /// <exception cref="BpfException">The look-up failed for another reason.</exception>
    public bool TryLookup<TKey, TValue>(in TKey key, out TValue value)
        where TKey : unmanaged
        where TValue : unmanaged
    {
        RequireSizes(sizeof(TKey), sizeof(TValue));
        fixed (TKey* keyStart = &key)
        fixed (TValue* valueStart = &value)
        {
            *valueStart = default;
            return Found(Libbpf.bpf_map_lookup_elem(descriptor, keyStart, valueStart), "look up in");
        }
    }

    /// <summary>Reads an entry of a per-CPU array.</summary>
    /// <param name="index">The entry.</param>
    /// <param name="values">Room for one value per possible CPU; a value's size must be a multiple of 8.</param>
    /// <exception cref="BpfException">The look-up failed.</exception>
    public void LookupPerCpu<TValue>(uint index, Span<TValue> values)
        where TValue : unmanaged
    {
        RequireSizes(sizeof(uint), sizeof(TValue));
        fixed (TValue* start = values)
        {
            if (!Found(Libbpf.bpf_map_lookup_elem(descriptor, &index, start), "look up in"))
            {
                throw new BpfException($"look up in the BPF map {name}", Errno.ENOENT, "");
            }
        }
    }

    /// <summary>Writes an entry of an array; as <see cref="LookupBytes"/>.</summary>
    /// <exception cref="BpfException">The update failed.</exception>
    public void UpdateBytes(uint index, ReadOnlySpan<byte> value)
    {
        fixed (byte* start = value)
        {
            var result = Libbpf.bpf_map_update_elem(descriptor, &index, start, Libbpf.BPF_ANY);
            if (result < 0)
            {
                throw new BpfException($"update the BPF map {name}", -result, "");
            }
        }
    }

    /// <summary>All entries of a map that nobody changes meanwhile, and whose layout need not be ours.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public List<(byte[] Key, byte[] Value)> ReadEntries()
    {
        var entries = new List<(byte[] Key, byte[] Value)>();
        var key = new byte[keySize];
        while (TryNextBytes(key, isFirst: entries.Count == 0, entries.Count))
        {
            var value = new byte[valueSize];
            fixed (byte* keyStart = key)
            fixed (byte* valueStart = value)
            {
                Found(Libbpf.bpf_map_lookup_elem(descriptor, keyStart, valueStart), "look up in");
            }

            entries.Add((key.ToArray(), value));
        }

        return entries;
    }

    /// <summary>Reads an entry of an array whose layout is not ours.</summary>
    /// <param name="index">The entry.</param>
    /// <param name="value">Room for a value; for a per-CPU array, for one per possible CPU, each rounded up to 8 bytes.</param>
    /// <exception cref="BpfException">The look-up failed.</exception>
    public void LookupBytes(uint index, Span<byte> value)
    {
        fixed (byte* start = value)
        {
            if (!Found(Libbpf.bpf_map_lookup_elem(descriptor, &index, start), "look up in"))
            {
                throw new BpfException($"look up in the BPF map {name}", Errno.ENOENT, "");
            }
        }
    }

    public int ValueSize => valueSize;

    /// <summary>Inserts or replaces.</summary>
    /// <exception cref="BpfException">The map is full, or the update failed for another reason.</exception>
    public void Update<TKey, TValue>(in TKey key, in TValue value)
        where TKey : unmanaged
        where TValue : unmanaged
    {
        RequireSizes(sizeof(TKey), sizeof(TValue));
        fixed (TKey* keyStart = &key)
        fixed (TValue* valueStart = &value)
        {
            var result = Libbpf.bpf_map_update_elem(descriptor, keyStart, valueStart, Libbpf.BPF_ANY);
            if (result < 0)
            {
                throw new BpfException($"update the BPF map {name}", -result, "");
            }
        }
    }

    /// <returns>Whether the map had the key.</returns>
    /// <exception cref="BpfException">The deletion failed for another reason.</exception>
    public bool Delete<TKey>(in TKey key)
        where TKey : unmanaged
    {
        RequireSizes(sizeof(TKey), valueSize);
        fixed (TKey* start = &key)
        {
            return Found(Libbpf.bpf_map_delete_elem(descriptor, start), "delete from");
        }
    }

    /// <summary>Counts the keys of a hash map, each once, whatever others insert and delete meanwhile.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public int Count()
    {
        var count = 0;
        HashWalk.Read(descriptor, name, keySize, valueSize, _ => count++);
        return count;
    }

    /// <summary>All keys of a hash map; as <see cref="Count"/>.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public List<TKey> Keys<TKey>()
        where TKey : unmanaged
    {
        RequireSizes(sizeof(TKey), valueSize);
        var keys = new List<TKey>();
        HashWalk.Read(descriptor, name, keySize, valueSize, key => keys.Add(MemoryMarshal.Read<TKey>(key)));
        return keys;
    }

    /// <summary>Reads and deletes entries of a hash map that nobody changes meanwhile.</summary>
    /// <param name="keys">Room for keys; as many as <paramref name="values"/>.</param>
    /// <param name="values">Room for values; more than one bucket of the map can hold.</param>
    /// <param name="position">Where to go on; 0 at the start, changed by each call.</param>
    /// <param name="started">Whether <paramref name="position"/> is set; changed by the first call.</param>
    /// <param name="count">Entries read.</param>
    /// <returns>False at the end of the map.</returns>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public bool TakeBatch<TKey, TValue>(
        Span<TKey> keys,
        Span<TValue> values,
        ref uint position,
        ref bool started,
        out int count
    )
        where TKey : unmanaged
        where TValue : unmanaged
    {
        RequireSizes(sizeof(TKey), sizeof(TValue));
        var room = (uint)Math.Min(keys.Length, values.Length);
        var next = position;
        var before = position;
        int result;
        fixed (TKey* keyStart = keys)
        fixed (TValue* valueStart = values)
        {
            result = Libbpf.bpf_map_lookup_and_delete_batch(
                descriptor,
                started ? &before : null,
                &next,
                keyStart,
                valueStart,
                &room,
                null
            );
        }

        // A bucket whose lock could not be had ends the call, and what was read by then is in the map no more.
        count = result is 0 or -Errno.ENOENT || IsOfLock(result) ? (int)room : 0;
        (position, started) = (next, true);
        return (count > 0 && IsOfLock(result)) || Found(result, "empty");
    }

    /// <summary>Makes a map of maps name another one in its only place. Returns when no program uses the one before (synchronize_rcu in bpf_map_update_elem).</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public void Point(BpfMap inner)
    {
        var held = false;
        inner.Descriptor.DangerousAddRef(ref held);
        try
        {
            Update(0u, (uint)inner.Descriptor.DangerousGetHandle());
        }
        finally
        {
            inner.Descriptor.DangerousRelease();
        }
    }

    public void Dispose() => descriptor.Dispose();

    private static BpfMapInfo ReadInfo(string name, FileDescriptor descriptor)
    {
        BpfMapInfo info = default;
        var length = (uint)sizeof(BpfMapInfo);
        var result = Libbpf.bpf_obj_get_info_by_fd(descriptor, &info, &length);
        return result < 0 ? throw new BpfException($"read about the BPF map {name}", -result, "") : info;
    }

    private bool TryNextBytes(byte[] key, bool isFirst, int count)
    {
        fixed (byte* start = key)
        {
            return count < maxEntries
                && Found(Libbpf.bpf_map_get_next_key(descriptor, isFirst ? null : start, start), "walk");
        }
    }

    /// <summary>Before Linux 6.15 EBUSY, since then (rqspinlock) the others.</summary>
    private static bool IsOfLock(int result) => result is -Errno.EBUSY or -Errno.EDEADLK or -Errno.ETIMEDOUT;

    private bool Found(int result, string operation) =>
        result switch
        {
            >= 0 => true,
            -Errno.ENOENT => false,
            _ => throw new BpfException($"{operation} the BPF map {name}", -result, ""),
        };

    private void RequireSizes(int key, int value)
    {
        if (key != keySize || value != valueSize)
        {
            throw new InvalidOperationException(
                $"the BPF map {name} has keys of {keySize} and values of {valueSize} bytes, not {key} and {value}"
            );
        }
    }
}
