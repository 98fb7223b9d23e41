using System.Runtime.InteropServices;

namespace NetMon.Bpf.Interop;

/// <summary>What of libbpf serves pins: objects of the kernel that outlive their process by a name in a BPF file system.</summary>
internal static unsafe partial class Libbpf
{
    /// <summary>Gives an object a name. The file system refuses names with dots.</summary>
    /// <returns>0; -EEXIST where the name is taken, -EINVAL outside of a BPF file system.</returns>
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int bpf_obj_pin(FileDescriptor descriptor, string path);

    /// <returns>A descriptor, or -errno: -ENOENT where nothing has the name.</returns>
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int bpf_obj_get(string path);

    /// <summary>Lets the load take an existing map, whose descriptor is duplicated.</summary>
    /// <returns>0, or -errno.</returns>
    [LibraryImport(Library)]
    public static partial int bpf_map__reuse_fd(nint map, FileDescriptor descriptor);

    [LibraryImport(Library)]
    public static partial uint bpf_map__type(nint map);

    [LibraryImport(Library)]
    public static partial uint bpf_map__map_flags(nint map);

    /// <returns>The type's number in the object's type information; 0 if the map has none.</returns>
    [LibraryImport(Library)]
    public static partial uint bpf_map__btf_key_type_id(nint map);

    /// <returns>As <see cref="bpf_map__btf_key_type_id"/>.</returns>
    [LibraryImport(Library)]
    public static partial uint bpf_map__btf_value_type_id(nint map);

    /// <summary>Replaces a link's program, at once for the next event.</summary>
    /// <param name="link">Of a kind that can: TCX, cgroup, iterator.</param>
    /// <param name="program">The new one.</param>
    /// <param name="options">May be null.</param>
    /// <returns>0; -ENOLINK where the interface is gone.</returns>
    [LibraryImport(Library)]
    public static partial int bpf_link_update(FileDescriptor link, FileDescriptor program, void* options);

    /// <returns>The descriptor, or -errno.</returns>
    /// <param name="type">BPF_MAP_TYPE_*.</param>
    /// <param name="name">At most 15 characters.</param>
    /// <param name="keySize">Bytes.</param>
    /// <param name="valueSize">Bytes.</param>
    /// <param name="maxEntries">Its size.</param>
    /// <param name="options">May be null.</param>
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int bpf_map_create(
        uint type,
        string name,
        uint keySize,
        uint valueSize,
        uint maxEntries,
        void* options
    );

    /// <returns>The bytes of type information, which it owns; null on failure.</returns>
    [LibraryImport(Library)]
    public static partial byte* btf__raw_data(nint btf, uint* size);

    /// <returns>Type information of a copy of the bytes, to be freed; 0 on failure, with errno set.</returns>
    [LibraryImport(Library, SetLastError = true)]
    public static partial nint btf__new(byte* data, uint size);
}
