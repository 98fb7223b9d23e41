using Microsoft.Win32.SafeHandles;

namespace NetMon.Bpf.Interop;

/// <summary>An open file descriptor that we own: a map, program, link, socket or eventfd.</summary>
internal sealed class FileDescriptor : SafeHandleMinusOneIsInvalid
{
    public FileDescriptor()
        : base(ownsHandle: true) { }

    public FileDescriptor(int descriptor)
        : base(ownsHandle: true) => SetHandle(descriptor);

    /// <summary>Our own duplicate of a descriptor that something else owns.</summary>
    /// <exception cref="BpfException">No descriptor is left.</exception>
    public static FileDescriptor Duplicate(int descriptor)
    {
        var copy = Libc.fcntl(descriptor, Libc.F_DUPFD_CLOEXEC, 0);
        return copy < 0
            ? throw new BpfException("duplicate a file descriptor", Libc.LastError, "")
            : new FileDescriptor(copy);
    }

    protected override bool ReleaseHandle() => Libc.close((int)handle) == 0;
}
