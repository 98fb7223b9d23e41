using System.Runtime.InteropServices;

namespace NetMon.Testing.Lab;

/// <summary>What the lab needs of libc and .NET has no name for. Native names; errno through <see cref="Marshal.GetLastPInvokeError"/>.</summary>
internal static partial class Libc
{
    public const int CLONE_NEWNET = 0x40000000;
    public const int O_RDONLY = 0;
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
    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int kill(int process, int signal);

    internal static LabException Failure(string call) =>
        new($"{call}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
}
