using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NetMon.Bpf.Interop;
using NetMon.Bpf.Layouts;

namespace NetMon.Bpf.Objects;

/// <summary>A compiled BPF object on its way into the kernel: opened, set up, loaded; then its maps and programs are taken out and it is disposed.</summary>
internal sealed unsafe class BpfObject : IDisposable
{
    private readonly BpfObjectHandle _handle;

    private BpfObject(BpfObjectHandle handle) => _handle = handle;

    /// <param name="image">The bytes of an ELF file.</param>
    /// <param name="name">Names the object in errors and its data sections in the kernel.</param>
    /// <exception cref="BpfException">libbpf is missing, or cannot read the image.</exception>
    public static BpfObject Open(ReadOnlySpan<byte> image, ReadOnlySpan<byte> name)
    {
        LibbpfLibrary.EnsureLoaded();
        LibbpfLog.Clear();
        Span<byte> terminated = stackalloc byte[name.Length + 1];
        name.CopyTo(terminated);
        terminated[^1] = 0;
        fixed (byte* start = image)
        fixed (byte* text = terminated)
        {
            var options = new BpfObjectOpenOptions
            {
                Size = (nuint)sizeof(BpfObjectOpenOptions),
                ObjectName = text,
            };
            var handle = Libbpf.bpf_object__open_mem(start, (nuint)image.Length, &options);
            if (handle.IsInvalid)
            {
                var error = Marshal.GetLastPInvokeError();
                throw new BpfException("read the BPF object", error, LibbpfLog.Take());
            }

            return new BpfObject(handle);
        }
    }

    /// <exception cref="BpfException">There is no such map, or the object is loaded.</exception>
    public void SetMaxEntries(string map, int maxEntries) =>
        Check(
            Libbpf.bpf_map__set_max_entries(FindMap(map), (uint)maxEntries),
            $"set the size of the BPF map {map}"
        );

    /// <summary>Sets a constant of the programs before the verifier sees them.</summary>
    /// <exception cref="BpfException">There is no such variable of this size.</exception>
    public void SetVariable<T>(string section, string variable, in T value)
        where T : unmanaged
    {
        nuint length;
        var content = Libbpf.bpf_map__initial_value(FindMap(section), &length);
        var offset = BtfSection.OffsetOf(Libbpf.bpf_object__btf(_handle), section, variable, sizeof(T));
        if (content is null || offset < 0 || offset + sizeof(T) > (int)length)
        {
            throw new BpfException(
                $"set {variable}",
                0,
                $"the BPF object has no such variable of {sizeof(T)} bytes in {section}"
            );
        }

        Unsafe.WriteUnaligned(content + offset, value);
    }

    /// <summary>Lets the load take a map that is in the kernel already.</summary>
    /// <param name="map">Fits, as <see cref="Fits"/> says.</param>
    /// <param name="existing">Its descriptor is duplicated.</param>
    /// <exception cref="BpfException">There is no such map, or the object is loaded.</exception>
    public void Reuse(string map, BpfMap existing) =>
        Check(Libbpf.bpf_map__reuse_fd(FindMap(map), existing.Descriptor), $"take over the BPF map {map}");

    /// <summary>Lets the load take all maps of another object, data sections included.</summary>
    /// <param name="other">Of the same image, and loaded.</param>
    /// <exception cref="BpfException">The object is loaded.</exception>
    public void ReuseAll(BpfObject other)
    {
        nint map = 0;
        nint existing = 0;
        while ((map = Libbpf.bpf_object__next_map(_handle, map)) != 0)
        {
            existing = Libbpf.bpf_object__next_map(other._handle, existing);
            using var descriptor = FileDescriptor.Duplicate(Libbpf.bpf_map__fd(existing));
            Check(Libbpf.bpf_map__reuse_fd(map, descriptor), "share a BPF map");
        }
    }

    /// <summary>Whether a map that is in the kernel is as the load would make it: kind, sizes, and what its bytes mean.</summary>
    /// <param name="map">Of this object, its sizes set.</param>
    /// <param name="existing">In the kernel.</param>
    /// <param name="existingTypes">The type information that it was made with; 0 if there is none.</param>
    /// <exception cref="BpfException">There is no such map, or the kernel refused.</exception>
    public bool Fits(string map, BpfMap existing, nint existingTypes)
    {
        var own = FindMap(map);
        var info = existing.ReadInfo();
        return Libbpf.bpf_map__type(own) == info.Type
            && Libbpf.bpf_map__key_size(own) == info.KeySize
            && Libbpf.bpf_map__value_size(own) == info.ValueSize
            && Libbpf.bpf_map__max_entries(own) == info.MaxEntries
            && Libbpf.bpf_map__map_flags(own) == info.Flags
            && SameType(Libbpf.bpf_map__btf_key_type_id(own), existingTypes, info.BtfKeyType)
            && SameType(Libbpf.bpf_map__btf_value_type_id(own), existingTypes, info.BtfValueType);
    }

    /// <summary>The object's type information: what its maps' bytes mean.</summary>
    public byte[] TypeBytes
    {
        get
        {
            uint size;
            var start = Libbpf.btf__raw_data(Libbpf.bpf_object__btf(_handle), &size);
            return start is null ? [] : new ReadOnlySpan<byte>(start, (int)size).ToArray();
        }
    }

    /// <returns>Null if the object knows no such struct.</returns>
    public TypeLayout? LayoutOf(string name) => TypeLayout.ReadStruct(Libbpf.bpf_object__btf(_handle), name);

    /// <summary>Leaves a program out of the load.</summary>
    /// <exception cref="BpfException">There is no such program, or the object is loaded.</exception>
    public void LeaveOut(string program) =>
        Check(
            Libbpf.bpf_program__set_autoload(
                Libbpf.bpf_object__find_program_by_name(_handle, program),
                autoload: false
            ),
            $"leave out the BPF program {program}"
        );

    /// <exception cref="BpfException">The kernel refused a map or a program; holds libbpf's and the verifier's log.</exception>
    public void Load()
    {
        LibbpfLog.Clear();
        Check(Libbpf.bpf_object__load(_handle), "load the BPF programs");
    }

    /// <summary>A map that outlives this object.</summary>
    /// <exception cref="BpfException">There is no such map, or the object is not loaded.</exception>
    public BpfMap TakeMap(string name)
    {
        var map = FindMap(name);
        var descriptor = Libbpf.bpf_map__fd(map);
        Check(Math.Min(descriptor, 0), $"find the BPF map {name}");
        return new BpfMap(
            name,
            FileDescriptor.Duplicate(descriptor),
            (int)Libbpf.bpf_map__key_size(map),
            (int)Libbpf.bpf_map__value_size(map),
            (int)Libbpf.bpf_map__max_entries(map)
        );
    }

    /// <summary>A program that outlives this object.</summary>
    /// <exception cref="BpfException">There is no such program, or the object is not loaded.</exception>
    public BpfProgram TakeProgram(string name)
    {
        var program = Libbpf.bpf_object__find_program_by_name(_handle, name);
        var descriptor = program == 0 ? -Errno.ENOENT : Libbpf.bpf_program__fd(program);
        Check(Math.Min(descriptor, 0), $"find the BPF program {name}");
        return new BpfProgram(name, FileDescriptor.Duplicate(descriptor));
    }

    public void Dispose() => _handle.Dispose();

    /// <summary>A map without types, as a ring, has 0 for both.</summary>
    private bool SameType(uint own, nint existingTypes, uint existing)
    {
        if (own == 0 || existing == 0 || existingTypes == 0)
        {
            return own == existing;
        }

        return TypeLayout.Read(Libbpf.bpf_object__btf(_handle), own) is { } left
            && TypeLayout.Read(existingTypes, existing) is { } right
            && left.Fits(right);
    }

    private nint FindMap(string name)
    {
        var map = Libbpf.bpf_object__find_map_by_name(_handle, name);
        return map != 0 ? map : throw new BpfException($"find the BPF map {name}", Errno.ENOENT, "");
    }

    private static void Check(int result, string operation)
    {
        if (result < 0)
        {
            throw new BpfException(operation, -result, LibbpfLog.Take());
        }
    }
}
