using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace NetMon.Lab.Machines;

/// <summary>What the lab needs of libc and .NET has no name for. Native names; errno through <see cref="Marshal.GetLastPInvokeError"/>.</summary>
internal static partial class Libc
{
    public const int CLONE_NEWNET = 0x40000000;
    public const int O_RDONLY = 0;
    public const short POLLIN = 1;
    public const int O_CLOEXEC = 0x80000;

    /// <returns>A descriptor, or -1.</returns>
    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int close(int descriptor);

    /// <summary>Moves the calling thread, and no other, into a namespace.</summary>
    /// <returns>0, or -1.</returns>
    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int setns(int descriptor, int type);

    /// <returns>0, or -1.</returns>
    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int rmdir(string path);

    /// <returns>0, or -1.</returns>
    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int ioctl(SafeFileHandle file, nuint request, ref byte argument);

    /// <returns>Bytes, or -1.</returns>
    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial nint read(SafeFileHandle file, ref byte to, nint length);

    /// <returns>Bytes, or -1.</returns>
    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial nint write(SafeFileHandle file, in byte from, nint length);

    /// <returns>How many files are ready: 0 after the time, in milliseconds; or -1.</returns>
    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int poll(ref PollFile files, nuint count, int milliseconds);

    /// <returns>0, or -1.</returns>
    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int kill(int process, int signal);

    /// <summary>CPU time of a process, ended threads included (clock_getcpuclockid(3)).</summary>
    internal static TimeSpan ProcessCpuTime(int process)
    {
        // struct timespec: seconds and nanoseconds, two longs on every 64-bit architecture.
        Span<long> time = stackalloc long[2];
        if (clock_getcpuclockid(process, out var clock) != 0 || clock_gettime(clock, time) != 0)
        {
            throw new LabException($"no CPU clock of process {process}");
        }

        return TimeSpan.FromTicks((time[0] * TimeSpan.TicksPerSecond) + (time[1] / 100));
    }

    /// <returns>0, or an errno.</returns>
    [LibraryImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int clock_getcpuclockid(int process, out int clock);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int clock_gettime(int clock, Span<long> time);

    internal static LabException Failure(string call) =>
        new($"{call}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
}

/// <summary>struct pollfd.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PollFile
{
    public int Descriptor;
    public short Wanted;
    public short Happened;
}
