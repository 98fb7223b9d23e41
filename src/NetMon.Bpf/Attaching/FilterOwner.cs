using System.Text;
using NetMon.Bpf.Interop;

namespace NetMon.Bpf.Attaching;

/// <summary>
/// Tells the filters of a living process from those of a dead one, whatever the process namespaces: the owner holds a
/// name among the abstract Unix sockets of the network namespace, which the kernel frees when the process ends (unix(7)).
/// </summary>
/// <remarks>
/// Whoever asks connects to the name and never takes it: two that ask at once, an agent that starts and a person who looks, would each find
/// the other's hold and take a dead process for a living one, and beside its filters others would come, that count each packet again.
/// </remarks>
internal sealed unsafe class FilterOwner : IDisposable
{
    private readonly FileDescriptor _socket;

    /// <exception cref="BpfException">The kernel refused.</exception>
    public FilterOwner()
    {
        while (true)
        {
            // Unlikely to be taken, which suffices; RandomNumberGenerator would load OpenSSL, 4 MB, into the process.
            Number = (uint)Random.Shared.NextInt64();
            _socket = Open();
            if (Call(Number, bind: true) == 0)
            {
                return;
            }

            var error = Libc.LastError;
            _socket.Dispose();
            if (error != Errno.EADDRINUSE)
            {
                throw Refused(error);
            }
        }
    }

    public uint Number { get; }

    /// <summary>For a test that keeps it open, as a process does that is being forked from ours.</summary>
    internal FileDescriptor Socket => _socket;

    /// <summary>Whether the process that has this number lives.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public static bool IsAlive(uint number)
    {
        using var socket = Open();
        if (Call(socket, number, bind: false) == 0)
        {
            return true;
        }

        return Libc.LastError switch
        {
            Errno.ECONNREFUSED => false,
            // It is connected to another socket than ours, see Dispose (net/unix/af_unix.c, unix_may_send).
            Errno.EPERM => false,
            // There is such a name, but a security module keeps us from it.
            Errno.EACCES => true,
            var error => throw Refused(error),
        };
    }

    /// <summary>Gives the name up at once, by a connection to itself: a process that is being forked from ours has it until it runs another program.</summary>
    public void Dispose()
    {
        if (!_socket.IsClosed)
        {
            _ = Call(Number, bind: false);
            _socket.Dispose();
        }
    }

    private int Call(uint number, bool bind) => Call(_socket, number, bind);

    private static int Call(FileDescriptor socket, uint number, bool bind)
    {
        // struct sockaddr_un: family 2, then the name; one that begins with NUL is abstract.
        var name = Encoding.ASCII.GetBytes($"\u0001\0\0netmon-clsact-{number:x8}");
        fixed (byte* address = name)
        {
            return bind
                ? Libc.bind(socket, address, (uint)name.Length)
                : Libc.connect(socket, address, (uint)name.Length);
        }
    }

    private static FileDescriptor Open()
    {
        var socket = Libc.socket(Libc.AF_UNIX, Libc.SOCK_DGRAM | Libc.SOCK_CLOEXEC, 0);
        return socket.IsInvalid ? throw Refused(Libc.LastError) : socket;
    }

    private static BpfException Refused(int error) => new("mark our traffic control filters", error, "");
}
