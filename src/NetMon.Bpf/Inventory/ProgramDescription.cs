using System.Diagnostics.CodeAnalysis;
using NetMon.Bpf.Interop;

namespace NetMon.Bpf.Inventory;

/// <summary>A BPF program.</summary>
/// <param name="Id">The kernel's number of it.</param>
/// <param name="Name">Its name; only 15 characters of it if this process did not load it.</param>
/// <param name="Type">As bpftool calls it: <c>sched_cls</c>, <c>tracing</c>, ...</param>
/// <param name="Runs">While statistics were on.</param>
/// <param name="RunTimeNs">Of these runs.</param>
/// <param name="Missed">Runs that did not come about, because the program was running on the same CPU.</param>
/// <param name="MemoryBytes">Kernel memory.</param>
public sealed record ProgramDescription(
    uint Id,
    string Name,
    string Type,
    ulong Runs,
    ulong RunTimeNs,
    ulong Missed,
    long MemoryBytes
)
{
    internal static unsafe bool TryRead(
        FileDescriptor descriptor,
        DescriptorText told,
        [NotNullWhen(true)] out ProgramDescription? program
    )
    {
        BpfProgramInfo info = default;
        var length = (uint)sizeof(BpfProgramInfo);
        program = null;
        if (Libbpf.bpf_obj_get_info_by_fd(descriptor, &info, &length) < 0)
        {
            return false;
        }

        program = new ProgramDescription(
            info.Id,
            ObjectNames.Find(info.Id) ?? ObjectNames.Read(info.Name),
            ObjectTypes.OfProgram(info.Type),
            info.RunCount,
            info.RunTimeNs,
            info.RecursionMisses,
            told.Number("memlock")
        );
        return true;
    }
}
