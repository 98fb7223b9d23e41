using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NetMon.Bpf.Interop;

// The beginnings of libbpf's option structs, up to the last field that we set: libbpf reads no further than Size says.

/// <summary>struct bpf_object_open_opts, first 16 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct BpfObjectOpenOptions
{
    public nuint Size;
    public byte* ObjectName;
}

/// <summary>struct bpf_link_create_opts, first 32 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct BpfLinkCreateOptions
{
    public nuint Size;
    public uint Flags;

    /// <summary>union bpf_iter_link_info.</summary>
    public uint* IteratorInfo;
    public uint IteratorInfoLength;
    public uint TargetBtfId;
}

/// <summary>struct bpf_test_run_opts.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct BpfTestRunOptions
{
    public nuint Size;
    public byte* DataIn;
    public byte* DataOut;
    public uint DataSizeIn;
    public uint DataSizeOut;
    public SocketBufferContext* ContextIn;
    public SocketBufferContext* ContextOut;
    public uint ContextSizeIn;
    public uint ContextSizeOut;
    public uint ReturnValue;
    public int Repeat;
    public uint Duration;
    public uint Flags;
    public uint Cpu;
    public uint BatchSize;
}

/// <summary>struct __sk_buff (linux/bpf.h): what a test run may set of a packet's metadata.</summary>
[StructLayout(LayoutKind.Explicit, Size = 192)]
internal struct SocketBufferContext
{
    [FieldOffset(40)]
    public uint InterfaceIndex;

    [FieldOffset(164)]
    public uint GsoSegments;

    [FieldOffset(176)]
    public uint GsoSize;
}

/// <summary>struct bpf_prog_info (linux/bpf.h): what we read of it.</summary>
[StructLayout(LayoutKind.Explicit, Size = 232)]
internal struct BpfProgramInfo
{
    [FieldOffset(0)]
    public uint Type;

    [FieldOffset(4)]
    public uint Id;

    [FieldOffset(16)]
    public uint JitedBytes;

    /// <summary>NUL-terminated unless all of it is used.</summary>
    [FieldOffset(64)]
    public BpfObjectName Name;

    /// <summary>Nanoseconds, and number of runs, while statistics were on.</summary>
    [FieldOffset(192)]
    public ulong RunTimeNs;

    [FieldOffset(200)]
    public ulong RunCount;

    /// <summary>Runs that did not come about, because the program was running on the same CPU (Linux 5.12).</summary>
    [FieldOffset(208)]
    public ulong RecursionMisses;
}

/// <summary>struct bpf_map_info (linux/bpf.h): what we read of it.</summary>
[StructLayout(LayoutKind.Explicit, Size = 88)]
internal struct BpfMapInfo
{
    [FieldOffset(0)]
    public uint Type;

    [FieldOffset(4)]
    public uint Id;

    [FieldOffset(8)]
    public uint KeySize;

    [FieldOffset(12)]
    public uint ValueSize;

    [FieldOffset(16)]
    public uint MaxEntries;

    [FieldOffset(20)]
    public uint Flags;

    [FieldOffset(24)]
    public BpfObjectName Name;

    [FieldOffset(64)]
    public uint BtfId;

    [FieldOffset(68)]
    public uint BtfKeyType;

    [FieldOffset(72)]
    public uint BtfValueType;
}

/// <summary>BPF_OBJ_NAME_LEN bytes.</summary>
[InlineArray(16)]
internal struct BpfObjectName
{
    private byte _first;
}

/// <summary>struct bpf_link_info (linux/bpf.h): what we read of it.</summary>
[StructLayout(LayoutKind.Explicit, Size = 32)]
internal struct BpfLinkInfo
{
    /// <summary>enum bpf_link_type.</summary>
    [FieldOffset(0)]
    public uint Type;

    [FieldOffset(4)]
    public uint Id;

    [FieldOffset(8)]
    public uint ProgramId;

    /// <summary>TCX: 0 when the interface has vanished, or it was detached.</summary>
    [FieldOffset(16)]
    public uint InterfaceIndex;

    /// <summary>TCX: BPF_TCX_INGRESS or BPF_TCX_EGRESS.</summary>
    [FieldOffset(20)]
    public uint TcxAttachType;
}

/// <summary>struct btf_type (linux/btf.h).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct BtfType
{
    public uint NameOffset;

    /// <summary>Bits 0 to 15: number of members; bits 24 to 28: kind.</summary>
    public uint Info;
    public uint SizeOrType;

    public readonly int Members => (int)(Info & 0xffff);

    public readonly uint Kind => (Info >> 24) & 0x1f;

    /// <summary>A struct's members may be bit fields.</summary>
    public readonly bool HasBitFields => Info >> 31 != 0;
}

/// <summary>struct btf_array (linux/btf.h).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct BtfArray
{
    public uint ElementType;
    public uint IndexType;
    public uint Count;
}

/// <summary>struct btf_member (linux/btf.h).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct BtfMember
{
    public uint NameOffset;
    public uint Type;

    /// <summary>Bits from the struct's start.</summary>
    public uint Offset;
}

/// <summary>struct btf_enum (linux/btf.h).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct BtfEnumerator
{
    public uint NameOffset;
    public int Value;
}

/// <summary>struct btf_var_secinfo (linux/btf.h): where a variable is in its section.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct BtfSectionVariable
{
    public uint Type;
    public uint Offset;
    public uint Size;
}
