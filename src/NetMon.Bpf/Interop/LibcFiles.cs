using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace NetMon.Bpf.Interop;

/// <summary>What of the C library tells about files, and locks them.</summary>
internal static unsafe partial class Libc
{
    public const int LOCK_EX = 2;
    public const int LOCK_NB = 4;
    public const int LOCK_UN = 8;
    public const int O_RDONLY = 0;
    public const int O_RDWR = 2;
    public const int O_CREAT = 0x40;
    public const int SIGINT = 2;
    public const int SIGTERM = 15;

    private const int AT_FDCWD = -100;
    private const int AT_SYMLINK_NOFOLLOW = 0x100;
    private const uint STATX_BASIC_STATS = 0x7ff;

    /// <summary>The user whose rights this process has for files.</summary>
    [LibraryImport(Library)]
    public static partial uint geteuid();

    /// <summary>Locks what the descriptor is open on; the lock ends with the last descriptor of this opening.</summary>
    /// <returns>0; EAGAIN (EWOULDBLOCK) where another has it.</returns>
    [LibraryImport(Library, SetLastError = true)]
    public static partial int flock(FileDescriptor fd, int operation);

    /// <returns>0; EOPNOTSUPP where the file system has no such mode.</returns>
    [LibraryImport(Library, SetLastError = true)]
    public static partial int fallocate(SafeFileHandle file, int mode, long offset, long length);

    /// <summary>membarrier(2), MEMBARRIER_CMD_GLOBAL: returns after an RCU grace period (kernel/sched/membarrier.c).</summary>
    /// <returns>0; EINVAL where CPUs run without ticks.</returns>
    public static int WaitForGracePeriod() => (int)syscall(MembarrierNumber, 1, 0, 0);

    // asm/unistd.h of x86-64; of arm64 and all that came later.
    private static long MembarrierNumber =>
        RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 324 : 283;

    [LibraryImport(Library, SetLastError = true)]
    private static partial nint syscall(long number, nint first, nint second, nint third);

    /// <summary>Unlocks and closes: closing alone would wait for a process that is being forked from ours and has the descriptor until it runs another program.</summary>
    public static void Unlock(FileDescriptor fd)
    {
        if (!fd.IsClosed && !fd.IsInvalid)
        {
            _ = flock(fd, LOCK_UN);
        }

        fd.Dispose();
    }

    /// <returns>0.</returns>
    [LibraryImport(Library, SetLastError = true)]
    public static partial int kill(int process, int signal);

    /// <summary>open(2), with the mode of a file that is made. Where arguments are variable, integers are passed as always on x86-64 and arm64.</summary>
    /// <returns>The descriptor; invalid on failure.</returns>
    [LibraryImport(
        Library,
        EntryPoint = "open",
        StringMarshalling = StringMarshalling.Utf8,
        SetLastError = true
    )]
    public static partial FileDescriptor Make(string path, int flags, int mode);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int statx(int directory, string path, int flags, uint mask, FileStatus* status);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int statfs(string path, FileSystemStatus* status);

    /// <summary>Asks about a name itself, not what a symbolic link points to.</summary>
    /// <returns>0.</returns>
    public static int Stat(string path, out FileStatus status)
    {
        fixed (FileStatus* start = &status)
        {
            return statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, start);
        }
    }

    /// <returns>The file system's magic number (linux/magic.h); 0 if the path is not there.</returns>
    public static long FileSystemOf(string path)
    {
        FileSystemStatus status;
        return statfs(path, &status) == 0 ? status.Type : 0;
    }
}

/// <summary>struct statx (linux/stat.h): what we read of it.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct FileStatus
{
    [FieldOffset(20)]
    public uint User;

    [FieldOffset(28)]
    public ushort Mode;

    [FieldOffset(32)]
    public ulong Inode;

    [FieldOffset(136)]
    public uint DeviceMajor;

    [FieldOffset(140)]
    public uint DeviceMinor;

    public readonly bool IsDirectory => (Mode & 0xf000) == 0x4000;

    public readonly bool IsLink => (Mode & 0xf000) == 0xa000;

    public readonly bool OthersMayWrite => (Mode & 0x12) != 0;

    public readonly bool EverybodyMayWrite => (Mode & 0x2) != 0;
}

/// <summary>struct statfs (64-bit): what we read of it.</summary>
[StructLayout(LayoutKind.Explicit, Size = 120)]
internal struct FileSystemStatus
{
    [FieldOffset(0)]
    public long Type;
}
