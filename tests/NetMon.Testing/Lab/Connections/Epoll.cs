using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace NetMon.Testing.Lab.Connections;

/// <summary>epoll(7): one thread, many sockets.</summary>
internal sealed partial class Epoll : IDisposable
{
    public const uint In = 1;
    public const uint Out = 4;
    public const uint EdgeTriggered = 1u << 31;

    // struct epoll_event: events 4 | data 8, without padding on x86-64 only (sys/epoll.h).
    private static readonly int DataOffset =
        RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;
    private static readonly int EventSize = DataOffset + 8;
    private const int MaxEvents = 512;

    private readonly int _descriptor = epoll_create1(Libc.O_CLOEXEC);
    private readonly byte[] _events = new byte[MaxEvents * 16];

    public void Add(int socket, uint events)
    {
        const int EPOLL_CTL_ADD = 1;
        Span<byte> entry = stackalloc byte[16];
        MemoryMarshal.Write(entry, events);
        MemoryMarshal.Write(entry[DataOffset..], (long)socket);
        if (epoll_ctl(_descriptor, EPOLL_CTL_ADD, socket, entry) != 0)
        {
            throw Libc.Failure("epoll_ctl");
        }
    }

    /// <returns>How many sockets are ready; <see cref="Ready"/> names them.</returns>
    public int Wait(int milliseconds) =>
        Math.Max(0, epoll_wait(_descriptor, _events, MaxEvents, milliseconds));

    public int Ready(int number) =>
        (int)BinaryPrimitives.ReadInt64LittleEndian(_events.AsSpan((number * EventSize) + DataOffset));

    public void Dispose() => _ = Libc.close(_descriptor);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int epoll_create1(int flags);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int epoll_ctl(int epoll, int operation, int descriptor, ReadOnlySpan<byte> entry);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int epoll_wait(int epoll, Span<byte> events, int maxEvents, int timeout);
}
