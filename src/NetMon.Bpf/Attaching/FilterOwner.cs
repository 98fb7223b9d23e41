using System.Text;
using NetMon.Bpf.Interop;

namespace NetMon.Bpf.Attaching;

/// <summary>
/// Tells the filters of a living process from those of a dead one, whatever the process namespaces: the owner holds a
/// name among the abstract Unix sockets of the network namespace, which the kernel frees when the process ends (unix(7)).
/// </summary>
internal sealed unsafe class FilterOwner : IDisposable
{
    private readonly FileDescriptor _socket;

    /// <exception cref="BpfException">The kernel refused.</exception>
    public FilterOwner()
    {
        do
        {
            // Unlikely to be taken, which suffices; RandomNumberGenerator would load OpenSSL, 4 MB, into the process.
            Number = (uint)Random.Shared.NextInt64();
        } while (!TryHold(Number, out _socket));
    }

    public uint Number { get; }

    /// <summary>Whether the process that has this number lives.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public static bool IsAlive(uint number)
    {
        var free = TryHold(number, out var socket);
        socket.Dispose();
        return !free;
    }

    public void Dispose() => _socket.Dispose();

    private static bool TryHold(uint number, out FileDescriptor socket)
    {
        socket = Libc.socket(Libc.AF_UNIX, Libc.SOCK_DGRAM | Libc.SOCK_CLOEXEC, 0);
        if (!socket.IsInvalid)
        {
            // struct sockaddr_un: family 2, then the name; one that begins with NUL is abstract.
            var name = Encoding.ASCII.GetBytes($"\u0001\0\0netmon-clsact-{number:x8}");
            fixed (byte* address = name)
            {
                if (Libc.bind(socket, address, (uint)name.Length) == 0)
                {
                    return true;
                }
            }
        }

        var error = Libc.LastError;
        if (error != Errno.EADDRINUSE)
        {
            socket.Dispose();
            throw new BpfException("mark our traffic control filters", error, "");
        }

        return false;
    }
}
