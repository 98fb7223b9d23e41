using Microsoft.Win32.SafeHandles;

namespace NetMon.Bpf.Interop;

/// <summary>Pages shared with the kernel.</summary>
internal sealed unsafe class MappedMemory : SafeHandleZeroOrMinusOneIsInvalid
{
    private readonly nuint _length;

    private MappedMemory(nint address, nuint length)
        : base(ownsHandle: true)
    {
        _length = length;
        SetHandle(address);
    }

    public byte* Start => (byte*)handle;

    /// <param name="descriptor">What is mapped.</param>
    /// <param name="offset">Bytes from its start; a multiple of the page size.</param>
    /// <param name="length">Bytes; a multiple of the page size.</param>
    /// <param name="writable">Whether we may write to it.</param>
    /// <param name="operation">What the mapping is for: the words of the exception.</param>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public static MappedMemory Map(
        FileDescriptor descriptor,
        long offset,
        nuint length,
        bool writable,
        string operation
    )
    {
        var protection = Libc.PROT_READ | (writable ? Libc.PROT_WRITE : 0);
        var address = Libc.mmap(0, length, protection, Libc.MAP_SHARED, descriptor, offset);
        return address == -1
            ? throw new BpfException(operation, Libc.LastError, "")
            : new MappedMemory(address, length);
    }

    protected override bool ReleaseHandle() => Libc.munmap(handle, _length) == 0;
}
