using System.Runtime.InteropServices;

namespace NetMon.Bpf.Interop;

/// <summary>The calls about what a process may do: capabilities(7), prctl(2), execve(2).</summary>
internal static unsafe partial class Libc
{
    public const uint LINUX_CAPABILITY_VERSION_3 = 0x20080522;
    public const int PR_CAPBSET_READ = 23;
    public const int PR_CAPBSET_DROP = 24;
    public const int PR_SET_NO_NEW_PRIVS = 38;
    public const int PR_CAP_AMBIENT = 47;
    public const int PR_CAP_AMBIENT_CLEAR_ALL = 4;
    public const int RLIMIT_MEMLOCK = 8;

    /// <returns>0, or what is read; -1 with errno.</returns>
    /// <remarks>Variadic; on x86-64 and arm64 Linux its arguments go as those of any function.</remarks>
    [LibraryImport(Library, SetLastError = true)]
    public static partial int prctl(int option, nuint second, nuint third, nuint fourth, nuint fifth);

    /// <returns>0.</returns>
    [LibraryImport(Library, SetLastError = true)]
    public static partial int capget(CapabilityHeader* header, CapabilityData* data);

    /// <returns>0. Of the calling thread alone.</returns>
    [LibraryImport(Library, SetLastError = true)]
    public static partial int capset(CapabilityHeader* header, CapabilityData* data);

    /// <returns>0.</returns>
    [LibraryImport(Library, SetLastError = true)]
    public static partial int setrlimit(int resource, ulong* limit);

    /// <returns>Nothing; -1 if the program cannot be run.</returns>
    [LibraryImport(Library, SetLastError = true)]
    public static partial int execv(byte* path, byte** arguments);
}

/// <summary>struct __user_cap_header_struct.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct CapabilityHeader
{
    public uint Version;
    public int Pid;
}

/// <summary>struct __user_cap_data_struct: 32 of the 64 bits; there are two in a row.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct CapabilityData
{
    public uint Effective;
    public uint Permitted;
    public uint Inheritable;
}
