using System.Runtime.InteropServices;

namespace NetMon.Bpf.Interop;

/// <summary>What a diagnosis asks of libbpf: programs by way of trial, and what other processes have in the kernel.</summary>
internal static unsafe partial class Libbpf
{
    public const int BPF_PROG_TYPE_SCHED_CLS = 3;
    public const int BPF_PROG_TYPE_CGROUP_SOCK = 9;
    public const int BPF_PROG_TYPE_SOCK_OPS = 13;
    public const int BPF_PROG_TYPE_RAW_TRACEPOINT = 17;
    public const int BPF_PROG_TYPE_CGROUP_SOCK_ADDR = 18;
    public const int BPF_PROG_TYPE_TRACING = 26;
    public const int BPF_TRACE_RAW_TP = 23;

    /// <returns>A descriptor.</returns>
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int bpf_prog_load(
        int type,
        string name,
        string license,
        BpfInstruction* instructions,
        nuint count,
        BpfProgramLoadOptions* options
    );

    /// <returns>The type's number in the running kernel, or -errno: -ESRCH where there is none of this name.</returns>
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int libbpf_find_vmlinux_btf_id(string name, int attachType);

    /// <returns>0; -ENOENT after the last; -EPERM without CAP_SYS_ADMIN. So for maps and links.</returns>
    [LibraryImport(Library)]
    public static partial int bpf_prog_get_next_id(uint start, uint* next);

    [LibraryImport(Library)]
    public static partial int bpf_map_get_next_id(uint start, uint* next);

    [LibraryImport(Library)]
    public static partial int bpf_link_get_next_id(uint start, uint* next);

    /// <returns>A descriptor; -EPERM without CAP_SYS_ADMIN. So for maps and links.</returns>
    [LibraryImport(Library)]
    public static partial int bpf_prog_get_fd_by_id(uint id);

    [LibraryImport(Library)]
    public static partial int bpf_map_get_fd_by_id(uint id);

    [LibraryImport(Library)]
    public static partial int bpf_link_get_fd_by_id(uint id);

    /// <summary>What is attached to a hook, in the order in which it runs.</summary>
    /// <returns>0; -EINVAL where the kernel has no TCX, -EPERM without CAP_NET_ADMIN.</returns>
    [LibraryImport(Library)]
    public static partial int bpf_prog_query_opts(int target, int attachType, BpfQueryOptions* options);
}

/// <summary>struct bpf_insn (linux/bpf.h).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct BpfInstruction
{
    public byte Code;
    public byte Registers;
    public short Offset;
    public int Immediate;

    /// <summary>r0 = value (BPF_ALU64 | BPF_MOV | BPF_K).</summary>
    public static BpfInstruction Return(int value) => new() { Code = 0xb7, Immediate = value };

    /// <summary>BPF_JMP | BPF_EXIT.</summary>
    public static BpfInstruction Exit => new() { Code = 0x95 };
}

/// <summary>struct bpf_prog_load_opts, first 48 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct BpfProgramLoadOptions
{
    public nuint Size;
    public int Attempts;
    public int ExpectedAttachType;
    public uint ProgramBtf;
    public uint Flags;
    public uint Ifindex;
    public uint KernelVersion;
    public uint AttachBtfId;
    public uint AttachProgram;
    public uint AttachBtfObject;
    public uint Padding;
}

/// <summary>struct bpf_prog_query_opts.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct BpfQueryOptions
{
    public nuint Size;
    public uint QueryFlags;
    public uint AttachFlags;
    public uint* Programs;
    public uint Count;
    public uint Padding;
    public uint* ProgramFlags;
    public uint* Links;
    public uint* LinkFlags;
    public ulong Revision;
}

/// <summary>struct bpf_link_info (linux/bpf.h): what a listing reads of it.</summary>
[StructLayout(LayoutKind.Explicit, Size = 64)]
internal struct BpfLinkListing
{
    [FieldOffset(0)]
    public uint Type;

    [FieldOffset(4)]
    public uint Id;

    [FieldOffset(8)]
    public uint Program;

    /// <summary>Of a TCX link.</summary>
    [FieldOffset(16)]
    public uint Ifindex;

    [FieldOffset(20)]
    public uint AttachType;
}
