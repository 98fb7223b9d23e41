using System.Diagnostics.CodeAnalysis;
using NetMon.Bpf.Interop;
using NetMon.Bpf.Objects;

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
    /// <summary>Larger maps are not walked: that reads all that is in them.</summary>
    private const int LargestWalk = 65_536;
    private const int LargestEntry = 64 * 1024;

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

    private static long? Count(FileDescriptor descriptor, in BpfMapInfo info)
    {
        if (ObjectTypes.IsArray(info.Type))
        {
            return info.MaxEntries;
        }

        if (
            !ObjectTypes.IsHash(info.Type)
            || info.MaxEntries > LargestWalk
            || info.KeySize is 0 or > LargestEntry
            || info.ValueSize > LargestEntry
        )
        {
            return null;
        }

        // Of a map of each CPU's own, a value has all of them.
        var values = ObjectTypes.IsPerCpu(info.Type)
            ? ((int)info.ValueSize + 7) / 8 * 8 * Libbpf.libbpf_num_possible_cpus()
            : (int)info.ValueSize;
        var count = 0L;
        try
        {
            HashWalk.Read(descriptor, "", (int)info.KeySize, values, _ => count++);
        }
        catch (BpfException)
        {
            return null;
        }

        return count;
    }
}
