namespace NetMon.Bpf.Interop;

/// <summary>An eventfd: any thread sets it, a thread that waits in poll sees it.</summary>
internal sealed class Event : IDisposable
{
    private readonly FileDescriptor _descriptor;

    /// <exception cref="BpfException">No descriptor is left.</exception>
    public Event()
    {
        _descriptor = Libc.eventfd(0, Libc.EFD_CLOEXEC | Libc.EFD_NONBLOCK);
        if (_descriptor.IsInvalid)
        {
            throw new BpfException("create an eventfd", Libc.LastError, "");
        }
    }

    public FileDescriptor Descriptor => _descriptor;

    public void Set()
    {
        // EAGAIN means the counter is at its maximum: it is set all the same.
        Span<byte> one = stackalloc byte[sizeof(ulong)];
        BitConverter.TryWriteBytes(one, 1UL);
        _ = Libc.Write(_descriptor, one);
    }

    public void Reset()
    {
        Span<byte> count = stackalloc byte[sizeof(ulong)];
        _ = Libc.Read(_descriptor, count);
    }

    public void Dispose() => _descriptor.Dispose();
}
