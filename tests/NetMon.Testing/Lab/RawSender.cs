using System.Runtime.InteropServices;

namespace NetMon.Testing.Lab;

/// <summary>Sends frames as they are through interfaces (AF_PACKET): what no ordinary socket would send.</summary>
public sealed partial class RawSender : IDisposable
{
    private const int AF_PACKET = 17;
    private const int SOCK_RAW = 3;
    private readonly int _socket;

    private readonly int _index;

    public RawSender(LabInterface through)
        : this(through.Namespace) => _index = through.Index;

    /// <summary>For any interface of a namespace: the end of a socket waits for the kernel's readers, which takes as long as a hundred frames.</summary>
    public RawSender(NetworkNamespace inside)
    {
        ArgumentNullException.ThrowIfNull(inside);
        _socket = inside.Inside(() => socket(AF_PACKET, SOCK_RAW | Libc.O_CLOEXEC, 0));
        if (_socket < 0)
        {
            throw Libc.Failure("socket AF_PACKET");
        }
    }

    public void Send(ReadOnlySpan<byte> frame) => Send(frame, _index);

    /// <param name="frame">Whole, with its link header.</param>
    /// <param name="index">Of the interface that it leaves by.</param>
    public void Send(ReadOnlySpan<byte> frame, int index)
    {
        // struct sockaddr_ll: family 2 | protocol 2 | ifindex 4 | hardware type 2 | packet type 1 | length 1 | address 8
        Span<byte> address = stackalloc byte[20];
        address.Clear();
        MemoryMarshal.Write(address, (ushort)AF_PACKET);
        MemoryMarshal.Write(address[4..], index);
        while (sendto(_socket, frame, frame.Length, 0, address, address.Length) < 0)
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

    /// <returns>Bytes sent, or -1.</returns>
    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint sendto(
        int socket,
        ReadOnlySpan<byte> frame,
        nint length,
        int flags,
        ReadOnlySpan<byte> address,
        int addressLength
    );
}
