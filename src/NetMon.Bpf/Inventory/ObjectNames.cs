using System.Collections.Concurrent;
using System.Text;
using NetMon.Bpf.Interop;

namespace NetMon.Bpf.Inventory;

/// <summary>What BPF objects and their types are called.</summary>
internal static class ObjectNames
{
    private const int Hash = 1;
    private const int Array = 2;
    private const int PerCpuHash = 5;
    private const int PerCpuArray = 6;
    private const int LruHash = 9;
    private const int LruPerCpuHash = 10;

    // The kernel keeps 15 characters (BPF_OBJ_NAME_LEN), and netmon_udp_bind4 and netmon_udp_bind6 have 16.
    private static readonly ConcurrentDictionary<uint, string> Programs = new();

    // enum bpf_prog_type and enum bpf_map_type of linux/bpf.h, as bpftool writes them.
    private static readonly string[] ProgramTypes =
    [
        "unspec",
        "socket_filter",
        "kprobe",
        "sched_cls",
        "sched_act",
        "tracepoint",
        "xdp",
        "perf_event",
        "cgroup_skb",
        "cgroup_sock",
        "lwt_in",
        "lwt_out",
        "lwt_xmit",
        "sock_ops",
        "sk_skb",
        "cgroup_device",
        "sk_msg",
        "raw_tracepoint",
        "cgroup_sock_addr",
        "lwt_seg6local",
        "lirc_mode2",
        "sk_reuseport",
        "flow_dissector",
        "cgroup_sysctl",
        "raw_tracepoint_writable",
        "cgroup_sockopt",
        "tracing",
        "struct_ops",
        "ext",
        "lsm",
        "sk_lookup",
        "syscall",
        "netfilter",
    ];

    private static readonly string[] MapTypes =
    [
        "unspec",
        "hash",
        "array",
        "prog_array",
        "perf_event_array",
        "percpu_hash",
        "percpu_array",
        "stack_trace",
        "cgroup_array",
        "lru_hash",
        "lru_percpu_hash",
        "lpm_trie",
        "array_of_maps",
        "hash_of_maps",
        "devmap",
        "sockmap",
        "cpumap",
        "xskmap",
        "sockhash",
        "cgroup_storage",
        "reuseport_sockarray",
        "percpu_cgroup_storage",
        "queue",
        "stack",
        "sk_storage",
        "devmap_hash",
        "struct_ops",
        "ringbuf",
        "inode_storage",
        "task_storage",
        "bloom_filter",
        "user_ringbuf",
        "cgrp_storage",
        "arena",
    ];

    public static string ProgramType(int type) => Word(ProgramTypes, type);

    public static string MapType(int type) => Word(MapTypes, type);

    public static bool IsArray(int mapType) => mapType is Array or PerCpuArray;

    public static bool IsHash(int mapType) => mapType is Hash or PerCpuHash or LruHash or LruPerCpuHash;

    /// <summary>Remembers the whole name of a program that this process loaded.</summary>
    /// <returns>The name.</returns>
    public static unsafe string Remember(FileDescriptor program, string name)
    {
        BpfProgramInfo info = default;
        var length = (uint)sizeof(BpfProgramInfo);
        if (Libbpf.bpf_obj_get_info_by_fd(program, &info, &length) >= 0)
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

    private static string Word(string[] words, int type) =>
        type >= 0 && type < words.Length ? words[type] : $"type {type}";
}
