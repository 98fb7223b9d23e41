using NetMon.Bpf.Interop;

namespace NetMon.Bpf.Probing;

/// <summary>How a hook is tried.</summary>
internal enum HookTrial
{
    /// <summary>The verifier takes a program for it; attaching would need something to attach to.</summary>
    Load,

    /// <summary>A TCX link to an interface that cannot exist.</summary>
    Tcx,

    /// <summary>To a tracepoint.</summary>
    Tracepoint,

    /// <summary>An iterator that is never read.</summary>
    Iterator,

    /// <summary>To the root of the cgroup v2 hierarchy.</summary>
    Cgroup,
}

/// <summary>A hook of the kernel that programs of ours use.</summary>
public sealed class KernelHook
{
    internal KernelHook(string name, int type, int attachType, string target, HookTrial trial)
    {
        Name = name;
        Type = type;
        AttachType = attachType;
        Target = target;
        Trial = trial;
    }

    public static KernelHook TrafficControl { get; } =
        new("tc", Libbpf.BPF_PROG_TYPE_SCHED_CLS, 0, "", HookTrial.Load);

    public static KernelHook Tcx { get; } =
        new("tcx", Libbpf.BPF_PROG_TYPE_SCHED_CLS, Libbpf.BPF_TCX_INGRESS, "", HookTrial.Tcx);

    public static KernelHook MapIterator { get; } = Iterator("bpf_map_elem", HookTrial.Load);

    public static KernelHook FileIterator { get; } = Iterator("task_file", HookTrial.Iterator);

    public static KernelHook Drops { get; } = Typed("kfree_skb");

    public static KernelHook RawDrops { get; } =
        new("raw_tp/kfree_skb", Libbpf.BPF_PROG_TYPE_RAW_TRACEPOINT, 0, "kfree_skb", HookTrial.Tracepoint);

    public static KernelHook SocketStates { get; } = Typed("inet_sock_set_state");

    /// <summary>BPF_CGROUP_SOCK_OPS.</summary>
    public static KernelHook SocketOperations { get; } =
        new("sockops", Libbpf.BPF_PROG_TYPE_SOCK_OPS, 3, "", HookTrial.Cgroup);

    /// <summary>BPF_CGROUP_INET4_POST_BIND.</summary>
    public static KernelHook UdpBind { get; } =
        new("cgroup/post_bind4", Libbpf.BPF_PROG_TYPE_CGROUP_SOCK, 12, "", HookTrial.Cgroup);

    /// <summary>BPF_CGROUP_UDP4_SENDMSG.</summary>
    public static KernelHook UdpSend { get; } =
        new("cgroup/sendmsg4", Libbpf.BPF_PROG_TYPE_CGROUP_SOCK_ADDR, 14, "", HookTrial.Cgroup);

    /// <summary>BPF_CGROUP_INET_SOCK_RELEASE.</summary>
    public static KernelHook SocketRelease { get; } =
        new("cgroup/sock_release", Libbpf.BPF_PROG_TYPE_CGROUP_SOCK, 34, "", HookTrial.Cgroup);

    /// <summary>As libbpf names sections: <c>tp_btf/kfree_skb</c>.</summary>
    public string Name { get; }

    /// <summary>enum bpf_prog_type.</summary>
    internal int Type { get; }

    /// <summary>enum bpf_attach_type.</summary>
    internal int AttachType { get; }

    /// <summary>The tracepoint's or iterator's name; else empty.</summary>
    internal string Target { get; }

    internal HookTrial Trial { get; }

    /// <summary>A tracepoint with types.</summary>
    public static KernelHook Typed(string tracepoint) =>
        new(
            $"tp_btf/{tracepoint}",
            Libbpf.BPF_PROG_TYPE_TRACING,
            Libbpf.BPF_TRACE_RAW_TP,
            tracepoint,
            HookTrial.Tracepoint
        );

    private static KernelHook Iterator(string over, HookTrial trial) =>
        new($"iter/{over}", Libbpf.BPF_PROG_TYPE_TRACING, Libbpf.BPF_TRACE_ITER, over, trial);
}
