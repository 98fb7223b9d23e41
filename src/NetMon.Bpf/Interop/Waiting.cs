namespace NetMon.Bpf.Interop;

/// <summary>Waits for a descriptor or a wake-up, whichever comes first.</summary>
internal static class Waiting
{
    /// <param name="descriptor">What has data.</param>
    /// <param name="wake">Reset when it woke the caller.</param>
    /// <param name="timeout">Negative: without end.</param>
    /// <returns>Whether <paramref name="descriptor"/> is readable.</returns>
    /// <remarks>poll rather than epoll: it looks at the ring anew on every call, so that no wake-up can be lost, and its struct is the same on every architecture.</remarks>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public static bool ForData(FileDescriptor descriptor, Event wake, TimeSpan timeout, out bool woken)
    {
        var held = false;
        var wakeHeld = false;
        try
        {
            descriptor.DangerousAddRef(ref held);
            wake.Descriptor.DangerousAddRef(ref wakeHeld);
            Span<PollEntry> entries =
            [
                new() { Descriptor = (int)descriptor.DangerousGetHandle(), Requested = Libc.POLLIN },
                new() { Descriptor = (int)wake.Descriptor.DangerousGetHandle(), Requested = Libc.POLLIN },
            ];
            if (Libc.Poll(entries, timeout) < 0)
            {
                throw new BpfException("wait for the kernel's events", Libc.LastError, "");
            }

            woken = entries[1].Returned != 0;
            if (woken)
            {
                wake.Reset();
            }

            return entries[0].Returned != 0;
        }
        finally
        {
            if (wakeHeld)
            {
                wake.Descriptor.DangerousRelease();
            }

            if (held)
            {
                descriptor.DangerousRelease();
            }
        }
    }
}
