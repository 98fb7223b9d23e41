using NetMon.Bpf.Interop;
using NetMon.Bpf.Inventory;

namespace NetMon.Bpf.Objects;

/// <summary>A program in the kernel, by a descriptor of our own.</summary>
internal sealed unsafe class BpfProgram(string name, FileDescriptor descriptor) : IDisposable
{
    public string Name { get; } = ObjectNames.Remember(descriptor, name);

    public FileDescriptor Descriptor => descriptor;

    /// <summary>Runs a packet through the program (BPF_PROG_TEST_RUN).</summary>
    /// <exception cref="BpfException">The kernel refuses the packet.</exception>
    public TestRunResult TestRun(ReadOnlySpan<byte> packet, in TestRunOptions options)
    {
        var context = new SocketBufferContext
        {
            InterfaceIndex = (uint)options.Ifindex,
            GsoSegments = (uint)options.GsoSegs,
            GsoSize = (uint)options.GsoSize,
        };
        fixed (byte* start = packet)
        {
            var run = new BpfTestRunOptions
            {
                Size = (nuint)sizeof(BpfTestRunOptions),
                DataIn = start,
                DataSizeIn = (uint)packet.Length,
                ContextIn = &context,
                ContextSizeIn = (uint)sizeof(SocketBufferContext),
                Repeat = options.Repeat,
            };
            var result = Libbpf.bpf_prog_test_run_opts(descriptor, &run);
            return result < 0
                ? throw new BpfException($"test-run {Name}", -result, "")
                : new TestRunResult((int)run.ReturnValue, run.Duration);
        }
    }

    /// <exception cref="BpfException">The kernel refused.</exception>
    public ProgramStatistics ReadStatistics()
    {
        var info = ReadInfo();
        return new ProgramStatistics(Name, info.Id, info.RunCount, info.RunTimeNs);
    }

    /// <summary>Runs that did not come about, because the program was running on the same CPU; 0 before Linux 5.12.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public ulong ReadMissed() => ReadInfo().RecursionMisses;

    public void Dispose() => descriptor.Dispose();

    private BpfProgramInfo ReadInfo()
    {
        BpfProgramInfo info = default;
        var length = (uint)sizeof(BpfProgramInfo);
        var result = Libbpf.bpf_obj_get_info_by_fd(descriptor, &info, &length);
        return result < 0 ? throw new BpfException($"read about {Name}", -result, "") : info;
    }
}
