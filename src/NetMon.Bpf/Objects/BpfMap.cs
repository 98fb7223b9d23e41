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
    public FileDescriptor Descriptor => descriptor;

    public int MaxEntries => maxEntries;

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

    /// <summary>Counts the keys, one system call each: for small maps. A deletion meanwhile may start the count anew within the limit of the map's size.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public int Count<TKey>()
        where TKey : unmanaged
    {
        RequireSizes(sizeof(TKey), valueSize);
        TKey key = default;
        var count = 0;
        while (
            count < maxEntries
            && Found(Libbpf.bpf_map_get_next_key(descriptor, count == 0 ? null : &key, &key), "walk")
        )
        {
            count++;
        }

        return count;
    }

    public void Dispose() => descriptor.Dispose();

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
