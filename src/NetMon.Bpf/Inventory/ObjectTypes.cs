namespace NetMon.Bpf.Inventory;

/// <summary>What types of BPF objects are called, by the numbers that the kernel gives them: as bpftool writes them.</summary>
internal static class ObjectTypes
{
    private const uint Hash = 1;
    private const uint Array = 2;
    private const uint PerCpuHash = 5;
    private const uint PerCpuArray = 6;
    private const uint LruHash = 9;
    private const uint LruPerCpuHash = 10;

    // enum bpf_prog_type, enum bpf_map_type and enum bpf_link_type of linux/bpf.h.
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

    private static readonly string[] LinkTypes =
    [
        "unspec",
        "raw_tracepoint",
        "tracing",
        "cgroup",
        "iter",
        "netns",
        "xdp",
        "perf_event",
        "kprobe_multi",
        "struct_ops",
        "netfilter",
        "tcx",
        "uprobe_multi",
        "netkit",
        "sockmap",
    ];

    public static string OfProgram(uint type) => Word(ProgramTypes, type);

    public static string OfMap(uint type) => Word(MapTypes, type);

    public static string OfLink(uint type) => Word(LinkTypes, type);

    public static bool IsArray(uint mapType) => mapType is Array or PerCpuArray;

    public static bool IsHash(uint mapType) => mapType is Hash or PerCpuHash or LruHash or LruPerCpuHash;

    public static bool IsPerCpu(uint mapType) => mapType is PerCpuHash or LruPerCpuHash;

    private static string Word(string[] words, uint type) =>
        type < words.Length ? words[type] : $"type {type}";
}
