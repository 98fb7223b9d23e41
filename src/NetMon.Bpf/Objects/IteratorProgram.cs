using NetMon.Bpf.Interop;

namespace NetMon.Bpf.Objects;

/// <summary>An iterator program bound to a map: each <see cref="Start"/> is a pass over the map.</summary>
internal sealed unsafe class IteratorProgram : IDisposable
{
    private readonly FileDescriptor _program;
    private readonly FileDescriptor _link;

    /// <exception cref="BpfException">The kernel has no iterators over map elements.</exception>
    public IteratorProgram(FileDescriptor program, BpfMap map)
    {
        _program = program;
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
            _link =
                link < 0
                    ? throw new BpfException("attach an iterator to the flow map", -link, "")
                    : new FileDescriptor(link);
        }
        finally
        {
            map.Descriptor.DangerousRelease();
        }
    }

    /// <exception cref="BpfException">The kernel refused.</exception>
    public FlowIterator Start() => FlowIterator.Open(_link);

    public void Dispose()
    {
        _link.Dispose();
        _program.Dispose();
    }
}
