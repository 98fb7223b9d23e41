using System.Diagnostics;
using System.Runtime.InteropServices;

namespace NetMon.Bpf.Interop;

/// <summary>
/// The C library's calls that .NET does not offer. Unless stated: -1 is failure, with errno in <see cref="LastError"/>.
/// The wrappers at the end are the one place where EINTR is retried.
/// </summary>
internal static unsafe partial class Libc
{
    private const string Library = "libc";

    public const int O_CLOEXEC = 0x80000;
    public const int SO_NETNS_COOKIE = 71;
    public const int F_DUPFD_CLOEXEC = 1030;
    public const int PROT_READ = 1;
    public const int PROT_WRITE = 2;
    public const int MAP_SHARED = 1;
    public const short POLLIN = 1;
    public const int EFD_CLOEXEC = 0x80000;
    public const int EFD_NONBLOCK = 0x800;
    public const int CLONE_NEWNET = 0x40000000;
    public const int AF_UNIX = 1;
    public const int AF_NETLINK = 16;
    public const int SOCK_DGRAM = 2;
    public const int SOCK_RAW = 3;
    public const int SOCK_CLOEXEC = 0x80000;
    public const int SOL_SOCKET = 1;
    public const int SO_RCVBUF = 8;
    public const int SO_RCVBUFFORCE = 33;
    public const int MSG_DONTWAIT = 0x40;
    public const int MSG_TRUNC = 0x20;

    public static int LastError => Marshal.GetLastPInvokeError();

    /// <returns>The new descriptor.</returns>
    [LibraryImport(Library, SetLastError = true)]
    public static partial int fcntl(int fd, int command, int argument);

    /// <returns>0. EINTR is not retried: on Linux the descriptor is gone all the same.</returns>
    [LibraryImport(Library, SetLastError = true)]
    public static partial int close(int fd);

    /// <returns>The address; -1 is failure.</returns>
    [LibraryImport(Library, SetLastError = true)]
    public static partial nint mmap(
        nint address,
        nuint length,
        int protection,
        int flags,
        FileDescriptor fd,
        long offset
    );

    /// <returns>0.</returns>
    [LibraryImport(Library, SetLastError = true)]
    public static partial int munmap(nint address, nuint length);

    /// <returns>The new descriptor.</returns>
    [LibraryImport(Library, SetLastError = true)]
    public static partial FileDescriptor eventfd(uint initial, int flags);

    /// <returns>0.</returns>
    [LibraryImport(Library, SetLastError = true)]
    public static partial int setns(FileDescriptor ns, int type);

    /// <returns>The new descriptor.</returns>
    [LibraryImport(Library, SetLastError = true)]
    public static partial FileDescriptor socket(int domain, int type, int protocol);

    /// <returns>0.</returns>
    [LibraryImport(Library, SetLastError = true)]
    public static partial int bind(FileDescriptor fd, byte* address, uint length);

    /// <returns>0; of a datagram socket it never waits.</returns>
    [LibraryImport(Library, SetLastError = true)]
    public static partial int connect(FileDescriptor fd, byte* address, uint length);

    /// <returns>0.</returns>
    [LibraryImport(Library, SetLastError = true)]
    public static partial int setsockopt(FileDescriptor fd, int level, int option, void* value, uint length);

    /// <returns>0.</returns>
    [LibraryImport(Library, SetLastError = true)]
    public static partial int getsockopt(FileDescriptor fd, int level, int option, void* value, uint* length);

    /// <returns>The new descriptor; ESTALE where what the handle names is gone, EPERM without CAP_DAC_READ_SEARCH.</returns>
    [LibraryImport(Library, SetLastError = true)]
    public static partial FileDescriptor open_by_handle_at(FileDescriptor mount, void* handle, int flags);

    /// <returns>Characters the whole text has, without the closing NUL; more than <paramref name="size"/> if it was cut.</returns>
    /// <remarks>A va_list is passed by reference on x86-64 and arm64 (their C ABIs), hence the plain pointer.</remarks>
    [LibraryImport(Library)]
    public static partial int vsnprintf(byte* text, nuint size, byte* format, nint arguments);

    [LibraryImport(Library, EntryPoint = "open", SetLastError = true)]
    private static partial FileDescriptor OpenOnce(byte* path, int flags);

    [LibraryImport(Library, EntryPoint = "read", SetLastError = true)]
    private static partial nint ReadOnce(FileDescriptor fd, byte* buffer, nuint count);

    [LibraryImport(Library, EntryPoint = "write", SetLastError = true)]
    private static partial nint WriteOnce(FileDescriptor fd, byte* buffer, nuint count);

    [LibraryImport(Library, EntryPoint = "send", SetLastError = true)]
    private static partial nint SendOnce(FileDescriptor fd, byte* buffer, nuint length, int flags);

    [LibraryImport(Library, EntryPoint = "recvfrom", SetLastError = true)]
    private static partial nint ReceiveOnce(
        FileDescriptor fd,
        byte* buffer,
        nuint length,
        int flags,
        byte* address,
        uint* addressLength
    );

    [LibraryImport(Library, EntryPoint = "recvmmsg", SetLastError = true)]
    private static partial int ReceiveManyOnce(
        FileDescriptor fd,
        DatagramHeader* datagrams,
        uint count,
        int flags,
        TimeSpec* timeout
    );

    [LibraryImport(Library, EntryPoint = "ppoll", SetLastError = true)]
    private static partial int PollOnce(PollEntry* entries, nuint count, TimeSpec* timeout, nint mask);

    /// <returns>The descriptor; invalid on failure.</returns>
    public static FileDescriptor Open(string path, int flags)
    {
        var bytes = new byte[System.Text.Encoding.UTF8.GetByteCount(path) + 1];
        System.Text.Encoding.UTF8.GetBytes(path, bytes);
        fixed (byte* text = bytes)
        {
            FileDescriptor opened;
            do
            {
                opened = OpenOnce(text, flags);
            } while (opened.IsInvalid && Interrupted);
            return opened;
        }
    }

    /// <returns>Bytes read; 0 at the end.</returns>
    public static int Read(FileDescriptor fd, Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            nint count;
            do
            {
                count = ReadOnce(fd, start, (nuint)buffer.Length);
            } while (count < 0 && Interrupted);
            return (int)count;
        }
    }

    /// <returns>Bytes written.</returns>
    public static int Write(FileDescriptor fd, ReadOnlySpan<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            nint count;
            do
            {
                count = WriteOnce(fd, start, (nuint)buffer.Length);
            } while (count < 0 && Interrupted);
            return (int)count;
        }
    }

    /// <returns>Bytes sent.</returns>
    public static int Send(FileDescriptor fd, ReadOnlySpan<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            nint count;
            do
            {
                count = SendOnce(fd, start, (nuint)buffer.Length, 0);
            } while (count < 0 && Interrupted);
            return (int)count;
        }
    }

    /// <param name="fd">A socket.</param>
    /// <param name="buffer">Where the datagram goes.</param>
    /// <param name="flags">MSG_ bits; with MSG_TRUNC the result is the datagram's length, even where it was cut.</param>
    /// <param name="address">Where the sender's address goes.</param>
    /// <param name="addressLength">Bytes of the sender's address.</param>
    /// <returns>Bytes of the datagram.</returns>
    public static int Receive(
        FileDescriptor fd,
        Span<byte> buffer,
        int flags,
        Span<byte> address,
        out int addressLength
    )
    {
        var length = (uint)address.Length;
        nint count;
        fixed (byte* start = buffer)
        fixed (byte* sender = address)
        {
            do
            {
                count = ReceiveOnce(fd, start, (nuint)buffer.Length, flags, sender, &length);
            } while (count < 0 && Interrupted);
        }

        addressLength = (int)length;
        return (int)count;
    }

    /// <param name="fd">A socket.</param>
    /// <param name="datagrams">Where they go; the kernel writes into the headers, too.</param>
    /// <param name="count">As many as there is room for.</param>
    /// <param name="flags">MSG_ bits.</param>
    /// <returns>Datagrams received, at least one.</returns>
    public static int ReceiveMany(FileDescriptor fd, DatagramHeader* datagrams, int count, int flags)
    {
        int received;
        do
        {
            received = ReceiveManyOnce(fd, datagrams, (uint)count, flags, null);
        } while (received < 0 && Interrupted);
        return received;
    }

    /// <param name="entries">What to wait for; the outcome is written to it.</param>
    /// <param name="timeout">Negative: without end.</param>
    /// <returns>How many entries are ready; 0 after the time-out.</returns>
    public static int Poll(Span<PollEntry> entries, TimeSpan timeout)
    {
        var start = Stopwatch.GetTimestamp();
        var limit = TimeSpec.From(timeout);
        fixed (PollEntry* first = entries)
        {
            while (true)
            {
                var ready = PollOnce(
                    first,
                    (nuint)entries.Length,
                    timeout < TimeSpan.Zero ? null : &limit,
                    0
                );
                if (ready >= 0 || !Interrupted)
                {
                    return ready;
                }

                var left = timeout - Stopwatch.GetElapsedTime(start);
                limit = TimeSpec.From(left < TimeSpan.Zero ? TimeSpan.Zero : left);
            }
        }
    }

    private static bool Interrupted => LastError == Errno.EINTR;
}

/// <summary>struct pollfd.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PollEntry
{
    public int Descriptor;
    public short Requested;
    public short Returned;
}

/// <summary>struct iovec (64-bit).</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct BufferRange
{
    public byte* Start;
    public nuint Length;
}

/// <summary>struct mmsghdr: struct msghdr and the bytes received (64-bit).</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct DatagramHeader
{
    public byte* Address;
    public uint AddressLength;
    public BufferRange* Buffers;
    public nuint BufferCount;
    public byte* Control;
    public nuint ControlLength;
    public int Flags;
    public int Padding;
    public uint Length;
}

/// <summary>struct timespec (64-bit).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TimeSpec
{
    public long Seconds;
    public long Nanoseconds;

    public static TimeSpec From(TimeSpan time) =>
        new()
        {
            Seconds = time.Ticks / TimeSpan.TicksPerSecond,
            Nanoseconds = time.Ticks % TimeSpan.TicksPerSecond * TimeSpan.NanosecondsPerTick,
        };
}
