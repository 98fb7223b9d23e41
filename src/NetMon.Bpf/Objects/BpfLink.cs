using NetMon.Bpf.Interop;

namespace NetMon.Bpf.Objects;

/// <summary>Makes links: programs stay attached as long as the link's descriptor is open.</summary>
internal static unsafe class BpfLink
{
    /// <param name="program">A program of type SCHED_CLS.</param>
    /// <param name="ifindex">In the network namespace of the calling thread.</param>
    /// <param name="hook">Which side.</param>
    /// <param name="flags">BPF_F_BEFORE: the head of the line; 0: its end.</param>
    /// <returns>The descriptor, or -errno: EINVAL where the kernel has no TCX, ENODEV where there is no such interface.</returns>
    public static int CreateTcx(FileDescriptor program, int ifindex, Hook hook, uint flags)
    {
        var options = new BpfLinkCreateOptions { Size = (nuint)sizeof(BpfLinkCreateOptions), Flags = flags };
        return Libbpf.bpf_link_create(
            program,
            ifindex,
            hook == Hook.Ingress ? Libbpf.BPF_TCX_INGRESS : Libbpf.BPF_TCX_EGRESS,
            &options
        );
    }

    /// <summary>Detaches at once: closing alone would wait for a process that is being forked from ours and has the descriptor until it runs another program.</summary>
    public static void Detach(FileDescriptor link)
    {
        if (!link.IsClosed)
        {
            // It fails only for a link that was detached before.
            _ = Libbpf.bpf_link_detach(link);
            link.Dispose();
        }
    }

    /// <summary>Replaces the link's program for the next event on.</summary>
    /// <returns>0, or -errno: ENOLINK where the interface is gone, EINVAL for links whose program stays.</returns>
    public static int Update(FileDescriptor link, FileDescriptor program) =>
        Libbpf.bpf_link_update(link, program, null);

    /// <exception cref="BpfException">The kernel refused.</exception>
    public static BpfLinkInfo ReadInfo(FileDescriptor link)
    {
        BpfLinkInfo info = default;
        var length = (uint)sizeof(BpfLinkInfo);
        var result = Libbpf.bpf_obj_get_info_by_fd(link, &info, &length);
        return result < 0 ? throw new BpfException("read about a BPF link", -result, "") : info;
    }

    /// <param name="program">A program of section tp_btf or raw_tp.</param>
    /// <param name="tracepoint">NUL-terminated; empty for tp_btf, whose program knows its own.</param>
    /// <returns>The link: attached as long as it is open.</returns>
    /// <exception cref="BpfException">There is no such tracepoint, or the kernel refuses.</exception>
    public static FileDescriptor CreateTracepoint(FileDescriptor program, ReadOnlySpan<byte> tracepoint)
    {
        fixed (byte* name = tracepoint)
        {
            var link = Libbpf.bpf_raw_tracepoint_open(name, program);
            return link < 0
                ? throw new BpfException("attach to a tracepoint", -link, "")
                : new FileDescriptor(link);
        }
    }

    /// <param name="program">A program of a section that begins with cgroup/, or sockops.</param>
    /// <param name="cgroup">A directory of the cgroup v2 hierarchy; what is below is included.</param>
    /// <param name="attachType">BPF_CGROUP_*: which hook.</param>
    /// <returns>The descriptor, or -errno: EINVAL where the kernel has no such hook, EPERM where another program wants it for itself.</returns>
    /// <remarks>A link never keeps others out (BPF_F_ALLOW_MULTI).</remarks>
    public static int CreateCgroup(FileDescriptor program, FileDescriptor cgroup, int attachType)
    {
        var held = false;
        cgroup.DangerousAddRef(ref held);
        try
        {
            return Libbpf.bpf_link_create(program, (int)cgroup.DangerousGetHandle(), attachType, null);
        }
        finally
        {
            cgroup.DangerousRelease();
        }
    }

    /// <param name="program">A program of section iter/task_file: it walks over the open files of all tasks.</param>
    /// <exception cref="BpfException">The kernel has no such iterator.</exception>
    public static FileDescriptor CreateIterator(FileDescriptor program)
    {
        var link = Libbpf.bpf_link_create(program, 0, Libbpf.BPF_TRACE_ITER, null);
        return link < 0
            ? throw new BpfException("attach an iterator to open files", -link, "")
            : new FileDescriptor(link);
    }

    /// <param name="program">A program of section iter/bpf_map_elem.</param>
    /// <param name="map">What it walks over.</param>
    /// <exception cref="BpfException">The kernel has no iterators over map elements.</exception>
    public static FileDescriptor CreateIterator(FileDescriptor program, BpfMap map)
    {
        var held = false;
        map.Descriptor.DangerousAddRef(ref held);
        try
        {
            // union bpf_iter_link_info, of which map.map_fd is the first word.
            var target = (uint)map.Descriptor.DangerousGetHandle();
            var options = new BpfLinkCreateOptions
            {
                Size = (nuint)sizeof(BpfLinkCreateOptions),
                IteratorInfo = &target,
                IteratorInfoLength = sizeof(uint),
            };
            var link = Libbpf.bpf_link_create(program, 0, Libbpf.BPF_TRACE_ITER, &options);
            return link < 0
                ? throw new BpfException("attach an iterator to the flow map", -link, "")
                : new FileDescriptor(link);
        }
        finally
        {
            map.Descriptor.DangerousRelease();
        }
    }
}
