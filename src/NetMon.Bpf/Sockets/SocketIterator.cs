using System.Runtime.InteropServices;
using NetMon.Bpf.Interop;
using NetMon.Bpf.Records;

namespace NetMon.Bpf.Sockets;

/// <summary>One walk through the open files of all tasks, in every namespace: an event for each socket of the Internet's protocols.</summary>
public sealed unsafe class SocketIterator : IDisposable
{
    private readonly FileDescriptor _descriptor;

    private SocketIterator(FileDescriptor descriptor) => _descriptor = descriptor;

    /// <exception cref="BpfException">The kernel refused.</exception>
    internal static SocketIterator Open(FileDescriptor link)
    {
        var descriptor = Libbpf.bpf_iter_create(link);
        return descriptor < 0
            ? throw new BpfException("start a walk through open files", -descriptor, "")
            : new SocketIterator(new FileDescriptor(descriptor));
    }

    /// <summary>Goes on with the walk.</summary>
    /// <param name="events">Where the events go.</param>
    /// <returns>Events written; 0 at the end of the walk.</returns>
    /// <exception cref="BpfException">The kernel broke the walk off; what was read before remains valid.</exception>
    public int Read(Span<SocketEvent> events)
    {
        if (events.IsEmpty)
        {
            throw new ArgumentException("room for one event at least is needed", nameof(events));
        }

        var bytes = MemoryMarshal.AsBytes(events);
        var filled = 0;
        while (true)
        {
            var count = Libc.Read(_descriptor, bytes[filled..]);
            if (count < 0)
            {
                // EAGAIN: a million files passed and none was a socket (MAX_ITER_OBJECTS); the walk goes on.
                if (Libc.LastError == Errno.EAGAIN)
                {
                    continue;
                }

                throw new BpfException("walk through open files", Libc.LastError, "");
            }

            filled += count;
            if (count == 0 || filled % sizeof(SocketEvent) == 0)
            {
                return filled / sizeof(SocketEvent);
            }
        }
    }

    public void Dispose() => _descriptor.Dispose();
}
