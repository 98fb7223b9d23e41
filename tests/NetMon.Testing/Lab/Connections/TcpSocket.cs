using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;

namespace NetMon.Testing.Lab.Connections;

/// <summary>Non-blocking IPv4 TCP sockets by their system calls: .NET's would cost more than the connections themselves.</summary>
internal static partial class TcpSocket
{
    public const int EAGAIN = 11;
    public const int EINPROGRESS = 115;

    private const int AF_INET = 2;
    private const int SOCK_STREAM = 1;
    private const int SOCK_NONBLOCK = 0x800;
    private const int AddressLength = 16;

    /// <returns>A descriptor.</returns>
    /// <exception cref="LabException">The process or the machine has no more of them.</exception>
    public static int Open()
    {
        var descriptor = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | Libc.O_CLOEXEC, 0);
        return descriptor >= 0 ? descriptor : throw Libc.Failure("socket");
    }

    /// <summary>Chooses the source address and leaves the port to <see cref="Connect"/>, which may then use one again for another target.</summary>
    public static void BindSource(int socket, IPAddress source)
    {
        const int IPPROTO_IP = 0;
        const int IP_BIND_ADDRESS_NO_PORT = 24;
        Set(socket, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT);
        Bind(socket, new IPEndPoint(source, 0));
    }

    public static void Listen(int socket, IPEndPoint on)
    {
        const int SOL_SOCKET = 1;
        const int SO_REUSEADDR = 2;
        Set(socket, SOL_SOCKET, SO_REUSEADDR);
        Bind(socket, on);
        if (listen(socket, 65535) != 0)
        {
            throw Libc.Failure("listen");
        }
    }

    /// <returns>0, or the errno: <see cref="EINPROGRESS"/> is what a non-blocking socket says.</returns>
    public static int Connect(int socket, IPEndPoint to)
    {
        Span<byte> address = stackalloc byte[AddressLength];
        Write(address, to);
        return connect(socket, address, AddressLength) == 0 ? 0 : Marshal.GetLastPInvokeError();
    }

    /// <returns>A non-blocking socket, or -1 if nobody waits.</returns>
    public static int Accept(int socket) => accept4(socket, 0, 0, SOCK_NONBLOCK | Libc.O_CLOEXEC);

    /// <returns>Bytes, 0 at the end, or -1.</returns>
    public static nint Receive(int socket, Span<byte> buffer) => recv(socket, buffer, buffer.Length, 0);

    /// <returns>Bytes, or -1.</returns>
    public static nint Send(int socket, ReadOnlySpan<byte> bytes)
    {
        const int MSG_NOSIGNAL = 0x4000;
        return send(socket, bytes, bytes.Length, MSG_NOSIGNAL);
    }

    private static void Bind(int socket, IPEndPoint to)
    {
        Span<byte> address = stackalloc byte[AddressLength];
        Write(address, to);
        if (bind(socket, address, AddressLength) != 0)
        {
            throw Libc.Failure($"bind {to}");
        }
    }

    // struct sockaddr_in: family 2 | port 2 | address 4 | zero 8
    private static void Write(Span<byte> address, IPEndPoint endpoint)
    {
        address.Clear();
        MemoryMarshal.Write(address, (ushort)AF_INET);
        BinaryPrimitives.WriteUInt16BigEndian(address[2..], (ushort)endpoint.Port);
        endpoint.Address.TryWriteBytes(address[4..], out _);
    }

    private static void Set(int socket, int level, int option)
    {
        var on = 1;
        if (setsockopt(socket, level, option, on, sizeof(int)) != 0)
        {
            throw Libc.Failure("setsockopt");
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int socket(int domain, int type, int protocol);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int setsockopt(int socket, int level, int option, in int value, int length);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int bind(int socket, ReadOnlySpan<byte> address, int length);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int listen(int socket, int backlog);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int connect(int socket, ReadOnlySpan<byte> address, int length);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int accept4(int socket, nint address, nint length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint recv(int socket, Span<byte> buffer, nint length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint send(int socket, ReadOnlySpan<byte> bytes, nint length, int flags);
}
