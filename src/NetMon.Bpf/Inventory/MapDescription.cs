using System.Diagnostics.CodeAnalysis;
using NetMon.Bpf.Interop;

namespace NetMon.Bpf.Inventory;

/// <summary>A BPF map.</summary>
/// <param name="Id">The kernel's number of it.</param>
/// <param name="Name">Its name, 15 characters at most.</param>
/// <param name="Type">As bpftool calls it: <c>hash</c>, <c>ringbuf</c>, ...</param>
/// <param name="KeySize">Bytes.</param>
/// <param name="ValueSize">Bytes.</param>
/// <param name="Entries">Keys that it has; null where it cannot be counted, or would take too long.</param>
/// <param name="MaxEntries">Keys that it has room for; of a ring, bytes.</param>
/// <param name="MemoryBytes">Kernel memory.</param>
public sealed record MapDescription(
    uint Id,
    string Name,
    string Type,
    int KeySize,
    int ValueSize,
    long? Entries,
    long MaxEntries,
    long MemoryBytes
)
{
    /// <summary>Larger maps are not walked, a system call for each key.</summary>
    private const int LargestWalk = 65_536;
    private const int LargestKey = 512;

    internal static unsafe bool TryRead(
        FileDescriptor descriptor,
        DescriptorText told,
        [NotNullWhen(true)] out MapDescription? map
    )
    {
        BpfMapInfo info = default;
        var length = (uint)sizeof(BpfMapInfo);
        map = null;
        if (Libbpf.bpf_obj_get_info_by_fd(descriptor, &info, &length) < 0)
        {
            return false;
        }

        map = new MapDescription(
            info.Id,
            ObjectNames.Read(info.Name),
            ObjectTypes.OfMap(info.Type),
            (int)info.KeySize,
            (int)info.ValueSize,
            Count(descriptor, in info),
            info.MaxEntries,
            told.Number("memlock")
        );
        return true;
    }

    private static unsafe long? Count(FileDescriptor descriptor, in BpfMapInfo info)
    {
        if (ObjectTypes.IsArray(info.Type))
        {
            return info.MaxEntries;
        }

        if (
            !ObjectTypes.IsHash(info.Type)
            || info.MaxEntries > LargestWalk
            || info.KeySize is 0 or > LargestKey
        )
        {
            return null;
        }

        var key = stackalloc byte[LargestKey];
        var count = 0L;
        while (
            count < info.MaxEntries
            && Libbpf.bpf_map_get_next_key(descriptor, count == 0 ? null : key, key) >= 0
        )
        {
            count++;
        }

        return count;
    }
}
