using Microsoft.Win32.SafeHandles;
using NetMon.Bpf.Interop;

namespace NetMon.Bpf.Objects;

/// <summary>struct btf: type information that we own.</summary>
internal sealed class BtfHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    private BtfHandle(nint btf)
        : base(ownsHandle: true) => SetHandle(btf);

    /// <summary>For libbpf's functions; valid until this is disposed.</summary>
    public nint Pointer => handle;

    /// <param name="id">The kernel's number of the type information that a map was made with.</param>
    /// <returns>Null if the kernel does not give it.</returns>
    public static BtfHandle? FromKernel(uint id)
    {
        var btf = id == 0 ? 0 : Libbpf.btf__load_from_kernel_by_id(id);
        return btf == 0 ? null : new BtfHandle(btf);
    }

    protected override bool ReleaseHandle()
    {
        Libbpf.btf__free(handle);
        return true;
    }
}
