using System.Runtime.InteropServices;

namespace NetMon.Testing.Lab;

/// <summary>Sends frames as they are through one interface (AF_PACKET): what no ordinary socket would send.</summary>
public sealed partial class RawSender : IDisposable
{
    private const int AF_PACKET = 17;
    private const int SOCK_RAW = 3;
    private readonly int _socket;

    public RawSender(LabInterface through)
        : this(through, through.Index) { }

    /// <summary>For an interface whose index is known.</summary>
    public RawSender(LabInterface through, int index)
    {
        _socket = through.Namespace.Inside(() => socket(AF_PACKET, SOCK_RAW | Libc.O_CLOEXEC, 0));
        if (_socket < 0)
        {
            throw Libc.Failure("socket AF_PACKET");
        }

        // struct sockaddr_ll: family 2 | protocol 2 (0: receives nothing) | ifindex 4 | hardware type 2 | packet type 1 | length 1 | address 8
        Span<byte> address = stackalloc byte[20];
        MemoryMarshal.Write(address, (ushort)AF_PACKET);
        MemoryMarshal.Write(address[4..], index);
        if (bind(_socket, address, address.Length) != 0)
        {
            throw Libc.Failure("bind AF_PACKET");
        }
    }

    public void Send(ReadOnlySpan<byte> frame)
    {
        while (send(_socket, frame, frame.Length, 0) < 0)
        {
            const int EINTR = 4;
            const int ENOBUFS = 105;
            if (Marshal.GetLastPInvokeError() is not (EINTR or ENOBUFS))
            {
                throw Libc.Failure("send");
            }
        }
    }

    public void Dispose() => _ = Libc.close(_socket);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int socket(int domain, int type, int protocol);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int bind(int socket, ReadOnlySpan<byte> address, int length);

    /// <returns>Bytes sent, or -1.</returns>
    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint send(int socket, ReadOnlySpan<byte> frame, nint length, int flags);
}
