using System.Runtime.InteropServices;

namespace NetMon.Bpf.Interop;

/// <summary>
/// libbpf 1.x (libbpf.so.1), native names kept. Unless stated, a function that returns int gives 0 or a descriptor on
/// success and -errno on failure; one that returns a pointer gives null on failure, with errno set.
/// Each call goes through <see cref="LibbpfLibrary"/> first, so that a missing library has a clear error.
/// </summary>
internal static unsafe partial class Libbpf
{
    public const string Library = "libbpf.so.1";

    public const int BPF_TRACE_ITER = 28;
    public const int BPF_TCX_INGRESS = 46;
    public const int BPF_TCX_EGRESS = 47;
    public const uint BPF_F_BEFORE = 1 << 3;
    public const ulong BPF_ANY = 0;
    public const uint BPF_MAP_TYPE_ARRAY = 2;
    public const int BPF_STATS_RUN_TIME = 0;
    public const uint BTF_KIND_ENUM = 6;
    public const uint BTF_KIND_DATASEC = 15;

    /// <summary>A callback of libbpf's messages: level (0 warning, 1 information, 2 debug), format, va_list.</summary>
    /// <returns>The callback before.</returns>
    [LibraryImport(Library)]
    public static partial nint libbpf_set_print(delegate* unmanaged<int, byte*, nint, int> callback);

    /// <returns>CPUs that the kernel can ever have: the number of values of an entry of a per-CPU map.</returns>
    [LibraryImport(Library)]
    public static partial int libbpf_num_possible_cpus();

    /// <returns>The object; null on failure, with errno set.</returns>
    [LibraryImport(Library, SetLastError = true)]
    public static partial BpfObjectHandle bpf_object__open_mem(
        byte* image,
        nuint size,
        BpfObjectOpenOptions* options
    );

    /// <returns>0. Raises the memory lock limit itself on kernels that need it.</returns>
    [LibraryImport(Library)]
    public static partial int bpf_object__load(BpfObjectHandle bpfObject);

    /// <summary>Frees the object; maps and programs live on in descriptors that were duplicated.</summary>
    [LibraryImport(Library)]
    public static partial void bpf_object__close(nint bpfObject);

    /// <returns>A map that the object owns; 0 if it has none of this name.</returns>
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint bpf_object__find_map_by_name(BpfObjectHandle bpfObject, string name);

    /// <returns>A program that the object owns; 0 if it has none of this name.</returns>
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint bpf_object__find_program_by_name(BpfObjectHandle bpfObject, string name);

    /// <summary>Whether the object's load includes a program. Before the load.</summary>
    /// <returns>0, or -EINVAL after the load.</returns>
    [LibraryImport(Library)]
    public static partial int bpf_program__set_autoload(
        nint program,
        [MarshalAs(UnmanagedType.U1)] bool autoload
    );

    /// <summary>Attaches to a tracepoint, without going through perf.</summary>
    /// <param name="name">NUL-terminated; null for a program of section tp_btf, which knows its own.</param>
    /// <param name="program">What is attached.</param>
    /// <returns>The link's descriptor: attached as long as it is open.</returns>
    [LibraryImport(Library)]
    public static partial int bpf_raw_tracepoint_open(byte* name, FileDescriptor program);

    /// <returns>The running kernel's type information, to be freed; 0 if there is none, with errno set.</returns>
    [LibraryImport(Library, SetLastError = true)]
    public static partial nint btf__load_vmlinux_btf();

    /// <param name="module">A loaded module.</param>
    /// <param name="kernel">What <see cref="btf__load_vmlinux_btf"/> gave: to be freed later than the result.</param>
    /// <returns>The module's type information, to be freed; 0 if there is none, with errno set.</returns>
    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint btf__load_module_btf(string module, nint kernel);

    [LibraryImport(Library)]
    public static partial void btf__free(nint btf);

    /// <returns>The object's type information, which it owns; 0 if it has none.</returns>
    [LibraryImport(Library)]
    public static partial nint bpf_object__btf(BpfObjectHandle bpfObject);

    /// <returns>The type's number, or -ENOENT.</returns>
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int btf__find_by_name_kind(nint btf, string name, uint kind);

    /// <returns>struct btf_type, followed by what its kind adds; null for a wrong number.</returns>
    [LibraryImport(Library)]
    public static partial BtfType* btf__type_by_id(nint btf, uint id);

    /// <returns>A NUL-terminated string; null for a wrong offset.</returns>
    [LibraryImport(Library)]
    public static partial byte* btf__name_by_offset(nint btf, uint offset);

    /// <returns>0, or -EBUSY after the object was loaded.</returns>
    [LibraryImport(Library)]
    public static partial int bpf_map__set_max_entries(nint map, uint maxEntries);

    [LibraryImport(Library)]
    public static partial uint bpf_map__max_entries(nint map);

    [LibraryImport(Library)]
    public static partial uint bpf_map__key_size(nint map);

    [LibraryImport(Library)]
    public static partial uint bpf_map__value_size(nint map);

    /// <returns>The section's initial content, writable until the object is loaded; null if the map is not a data section.</returns>
    [LibraryImport(Library)]
    public static partial byte* bpf_map__initial_value(nint map, nuint* size);

    /// <param name="map">0: from the first.</param>
    /// <returns>The next one, in the order of the image; 0 after the last.</returns>
    [LibraryImport(Library)]
    public static partial nint bpf_object__next_map(BpfObjectHandle handle, nint map);

    /// <returns>The descriptor, which the object owns; -EINVAL before the object was loaded.</returns>
    [LibraryImport(Library)]
    public static partial int bpf_map__fd(nint map);

    /// <returns>The descriptor, which the object owns; -EINVAL or -ENOENT before the object was loaded.</returns>
    [LibraryImport(Library)]
    public static partial int bpf_program__fd(nint program);

    /// <returns>0, or -ENOENT. A per-CPU map's value is one per possible CPU, each rounded up to 8 bytes.</returns>
    [LibraryImport(Library)]
    public static partial int bpf_map_lookup_elem(FileDescriptor map, void* key, void* value);

    /// <returns>0, or -E2BIG where the map is full.</returns>
    [LibraryImport(Library)]
    public static partial int bpf_map_update_elem(FileDescriptor map, void* key, void* value, ulong flags);

    /// <returns>0, or -ENOENT.</returns>
    [LibraryImport(Library)]
    public static partial int bpf_map_delete_elem(FileDescriptor map, void* key);

    /// <param name="map">A hash map.</param>
    /// <param name="previous">Where the batch before ended; null: from the start.</param>
    /// <param name="next">Gets where this one ends: 4 bytes.</param>
    /// <param name="keys">Room for the keys.</param>
    /// <param name="values">Room for the values.</param>
    /// <param name="count">The room; gets the entries that were read and deleted.</param>
    /// <param name="options">May be null.</param>
    /// <returns>0; -ENOENT at the end of the map, where the last entries may have been read; -ENOSPC where one bucket has more entries than there is room for.</returns>
    [LibraryImport(Library)]
    public static partial int bpf_map_lookup_and_delete_batch(
        FileDescriptor map,
        void* previous,
        void* next,
        void* keys,
        void* values,
        uint* count,
        void* options
    );

    /// <summary>As <see cref="bpf_map_lookup_and_delete_batch"/>, but the entries stay.</summary>
    [LibraryImport(Library)]
    public static partial int bpf_map_lookup_batch(
        FileDescriptor map,
        void* previous,
        void* next,
        void* keys,
        void* values,
        uint* count,
        void* options
    );

    /// <param name="map">A hash map.</param>
    /// <param name="key">Null: the first. One that is not there (any more) has the first for its next.</param>
    /// <param name="next">Where the next key goes.</param>
    /// <returns>0, or -ENOENT after the last.</returns>
    [LibraryImport(Library)]
    public static partial int bpf_map_get_next_key(FileDescriptor map, void* key, void* next);

    /// <returns>The link's descriptor. TCX: -EINVAL where the kernel has no TCX, -ENODEV where there is no such interface.</returns>
    /// <param name="program">What is attached.</param>
    /// <param name="target">TCX: the interface's index in the namespace of the calling thread. Iterator: 0.</param>
    /// <param name="attachType">BPF_TCX_INGRESS and so on.</param>
    /// <param name="options">May be null.</param>
    [LibraryImport(Library)]
    public static partial int bpf_link_create(
        FileDescriptor program,
        int target,
        int attachType,
        BpfLinkCreateOptions* options
    );

    /// <returns>0, also if the interface is gone; the link is then attached to nothing.</returns>
    [LibraryImport(Library)]
    public static partial int bpf_link_detach(FileDescriptor link);

    /// <returns>A descriptor from which one pass of the iterator is read.</returns>
    [LibraryImport(Library)]
    public static partial int bpf_iter_create(FileDescriptor link);

    /// <returns>0; the program's own result is in the options.</returns>
    [LibraryImport(Library)]
    public static partial int bpf_prog_test_run_opts(FileDescriptor program, BpfTestRunOptions* options);

    /// <returns>0; <paramref name="length"/> is the size of the struct that the kernel filled.</returns>
    [LibraryImport(Library)]
    public static partial int bpf_obj_get_info_by_fd(FileDescriptor descriptor, void* info, uint* length);

    /// <returns>A descriptor; the kernel takes the statistics while one is open. -EPERM without CAP_SYS_ADMIN.</returns>
    [LibraryImport(Library)]
    public static partial int bpf_enable_stats(int type);
}
