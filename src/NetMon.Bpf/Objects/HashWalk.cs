using NetMon.Bpf.Interop;

namespace NetMon.Bpf.Objects;

/// <summary>Reads the keys of a hash map of the kernel, bucket by bucket.</summary>
/// <remarks>
/// A walk from key to key (BPF_MAP_GET_NEXT_KEY) begins anew when the key that it is at has been deleted meanwhile, and comes by all others once more. A
/// batch takes a bucket whole, under its lock, and goes on by the bucket's number (kernel/bpf/hashtab.c, __htab_map_lookup_and_delete_batch): a key
/// that stays comes once, one that comes or goes meanwhile at most once.
/// </remarks>
internal static unsafe class HashWalk
{
    private const int FirstRoom = 256;

    /// <summary>The kernel has no batches of the map's kind before Linux 5.6.</summary>
    /// <param name="map">Of type BPF_MAP_TYPE_HASH or one of its variants.</param>
    /// <param name="name">Names it in errors.</param>
    /// <param name="keySize">Bytes of a key.</param>
    /// <param name="valueSize">Bytes of a value as the kernel copies it: of a per-CPU map, of all CPUs'.</param>
    /// <param name="take">Gets each key; valid during the call only.</param>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public static void Read(
        FileDescriptor map,
        string name,
        int keySize,
        int valueSize,
        Action<ReadOnlySpan<byte>> take
    )
    {
        var (keys, values) = (Array.Empty<byte>(), Array.Empty<byte>());
        uint position = 0;
        var started = false;
        for (var room = FirstRoom; ; )
        {
            if (keys.Length < room * keySize)
            {
                (keys, values) = (new byte[room * keySize], new byte[room * valueSize]);
            }

            var count = (uint)room;
            var next = position;
            int result;
            fixed (byte* keyStart = keys)
            fixed (byte* valueStart = values)
            {
                var before = position;
                result = Libbpf.bpf_map_lookup_batch(
                    map,
                    started ? &before : null,
                    &next,
                    keyStart,
                    valueStart,
                    &count,
                    null
                );
            }

            if (result == -Errno.ENOSPC)
            {
                // One bucket alone has more.
                room *= 2;
                continue;
            }

            if (result is not (0 or -Errno.ENOENT))
            {
                throw new BpfException($"walk the BPF map {name}", -result, "");
            }

            for (var i = 0; i < count; i++)
            {
                take(keys.AsSpan(i * keySize, keySize));
            }

            if (result != 0)
            {
                return;
            }

            (position, started) = (next, true);
        }
    }
}
