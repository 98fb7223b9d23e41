using Microsoft.Win32.SafeHandles;

namespace NetMon.Bpf.Interop;

/// <summary>struct bpf_object: an ELF file that libbpf has read, with its maps and programs.</summary>
internal sealed class BpfObjectHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    public BpfObjectHandle()
        : base(ownsHandle: true) { }

    protected override bool ReleaseHandle()
    {
        Libbpf.bpf_object__close(handle);
        return true;
    }
}
