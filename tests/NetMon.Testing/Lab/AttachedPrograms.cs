using System.Runtime.InteropServices;

namespace NetMon.Testing.Lab;

/// <summary>BPF programs on an interface, as the kernel says (libbpf's bpf_prog_query; bpftool of Debian 12 does not know TCX).</summary>
public static partial class AttachedPrograms
{
    private const int BPF_TCX_INGRESS = 46;
    private const int BPF_TCX_EGRESS = 47;

    /// <summary>How many TCX programs an interface has, by its index in a namespace: ingress and egress together.</summary>
    /// <returns>0 too if there is no such interface.</returns>
    public static int CountTcx(NetworkNamespace inside, int interfaceIndex)
    {
        ArgumentNullException.ThrowIfNull(inside);
        return inside.Inside(() => CountTcxHere(interfaceIndex));
    }

    /// <summary>The same in the namespace of the calling thread.</summary>
    public static int CountTcxHere(int interfaceIndex) =>
        Count(interfaceIndex, BPF_TCX_INGRESS) + Count(interfaceIndex, BPF_TCX_EGRESS);

    private static int Count(int interfaceIndex, int hook)
    {
        Span<uint> programs = stackalloc uint[64];
        var count = (uint)programs.Length;
        var result = bpf_prog_query(interfaceIndex, hook, 0, out _, programs, ref count);
        return result == 0 ? (int)count : 0;
    }

    /// <returns>0, or a negative errno.</returns>
    [LibraryImport("libbpf.so.1")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int bpf_prog_query(
        int target,
        int type,
        uint queryFlags,
        out uint attachFlags,
        Span<uint> programs,
        ref uint count
    );
}
