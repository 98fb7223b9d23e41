using System.Collections.Concurrent;
using System.Text;
using NetMon.Bpf.Interop;

namespace NetMon.Bpf.Inventory;

/// <summary>What BPF objects are called.</summary>
internal static class ObjectNames
{
    /// <summary>Each trace of packets loads its programs anew: the names of more are cut as the kernel cuts them.</summary>
    private const int MaxRemembered = 4096;

    // The kernel keeps 15 characters (BPF_OBJ_NAME_LEN), and netmon_udp_bind4 and netmon_udp_bind6 have 16.
    private static readonly ConcurrentDictionary<uint, string> Programs = new();

    /// <summary>Remembers the whole name of a program that this process loaded.</summary>
    /// <returns>The name.</returns>
    public static unsafe string Remember(FileDescriptor program, string name)
    {
        BpfProgramInfo info = default;
        var length = (uint)sizeof(BpfProgramInfo);
        if (Programs.Count < MaxRemembered && Libbpf.bpf_obj_get_info_by_fd(program, &info, &length) >= 0)
        {
            Programs[info.Id] = name;
        }

        return name;
    }

    public static string? Find(uint program) => Programs.GetValueOrDefault(program);

    public static string Read(ReadOnlySpan<byte> name)
    {
        var end = name.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? name : name[..end]);
    }
}
