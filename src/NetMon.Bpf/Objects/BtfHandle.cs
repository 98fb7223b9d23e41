using Microsoft.Win32.SafeHandles;
using NetMon.Bpf.Interop;

namespace NetMon.Bpf.Objects;

/// <summary>struct btf: type information that we own.</summary>
internal sealed unsafe class BtfHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    private BtfHandle(nint btf)
        : base(ownsHandle: true) => SetHandle(btf);

    /// <summary>For libbpf's functions; valid until this is disposed.</summary>
    public nint Pointer => handle;

    /// <param name="bytes">As <see cref="BpfObject.TypeBytes"/> gave them.</param>
    /// <returns>Null if they are none.</returns>
    public static BtfHandle? Parse(ReadOnlySpan<byte> bytes)
    {
        LibbpfLog.Clear();
        fixed (byte* start = bytes)
        {
            var btf = bytes.IsEmpty ? 0 : Libbpf.btf__new(start, (uint)bytes.Length);
            return btf == 0 ? null : new BtfHandle(btf);
        }
    }

    protected override bool ReleaseHandle()
    {
        Libbpf.btf__free(handle);
        return true;
    }
}
