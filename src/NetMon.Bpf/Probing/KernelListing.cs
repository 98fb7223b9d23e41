using NetMon.Bpf.Interop;
using NetMon.Bpf.Inventory;

namespace NetMon.Bpf.Probing;

/// <summary>A program in the kernel.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Name">At most 15 characters.</param>
/// <param name="Type">As bpftool calls it.</param>
/// <param name="JitedBytes">Machine code; 0 where it is interpreted.</param>
/// <param name="RunCount">While the kernel measured.</param>
/// <param name="RunTimeNs">While the kernel measured.</param>
public sealed record ListedProgram(
    uint Id,
    string Name,
    string Type,
    uint JitedBytes,
    ulong RunCount,
    ulong RunTimeNs
);

/// <summary>A map in the kernel.</summary>
public sealed record ListedMap(
    uint Id,
    string Name,
    string Type,
    uint KeySize,
    uint ValueSize,
    uint MaxEntries
);

/// <summary>A link in the kernel.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Type">As bpftool calls it.</param>
/// <param name="Program">Which program it attaches.</param>
/// <param name="Ifindex">Of a TCX link; else 0.</param>
public sealed record ListedLink(uint Id, string Type, uint Program, uint Ifindex);

/// <summary>Everything of BPF in the kernel, by whomever. Needs CAP_SYS_ADMIN: the kernel gives others no numbers.</summary>
public static unsafe class KernelListing
{
    private const int MaxObjects = 16 * 1024;

    private delegate int Next(uint start, uint* next);

    /// <exception cref="BpfException">The kernel refused.</exception>
    public static IReadOnlyList<ListedProgram> Programs()
    {
        var all = new List<ListedProgram>();
        foreach (var info in All<BpfProgramInfo>(Libbpf.bpf_prog_get_next_id, Libbpf.bpf_prog_get_fd_by_id))
        {
            var copy = info;
            all.Add(
                new(
                    info.Id,
                    ObjectNames.Read(copy.Name),
                    ObjectTypes.OfProgram(info.Type),
                    info.JitedBytes,
                    info.RunCount,
                    info.RunTimeNs
                )
            );
        }

        return all;
    }

    /// <exception cref="BpfException">The kernel refused.</exception>
    public static IReadOnlyList<ListedMap> Maps()
    {
        var all = new List<ListedMap>();
        foreach (var info in All<BpfMapInfo>(Libbpf.bpf_map_get_next_id, Libbpf.bpf_map_get_fd_by_id))
        {
            var copy = info;
            all.Add(
                new(
                    info.Id,
                    ObjectNames.Read(copy.Name),
                    ObjectTypes.OfMap(info.Type),
                    info.KeySize,
                    info.ValueSize,
                    info.MaxEntries
                )
            );
        }

        return all;
    }

    /// <exception cref="BpfException">The kernel refused.</exception>
    public static IReadOnlyList<ListedLink> Links()
    {
        var all = new List<ListedLink>();
        foreach (var info in All<BpfLinkListing>(Libbpf.bpf_link_get_next_id, Libbpf.bpf_link_get_fd_by_id))
        {
            var type = ObjectTypes.OfLink(info.Type);
            all.Add(new(info.Id, type, info.Program, type is "tcx" or "xdp" ? info.Ifindex : 0));
        }

        return all;
    }

    /// <returns>Empty where the kernel does not tell.</returns>
    internal static string ProgramName(uint id)
    {
        var opened = Libbpf.bpf_prog_get_fd_by_id(id);
        if (opened < 0)
        {
            return "";
        }

        using var descriptor = new FileDescriptor(opened);
        BpfProgramInfo info = default;
        var length = (uint)sizeof(BpfProgramInfo);
        return Libbpf.bpf_obj_get_info_by_fd(descriptor, &info, &length) < 0
            ? ""
            : ObjectNames.Read(info.Name);
    }

    private static List<T> All<T>(Next next, Func<uint, int> open)
        where T : unmanaged
    {
        LibbpfLibrary.EnsureLoaded();
        var all = new List<T>();
        uint id = 0;
        while (all.Count < MaxObjects)
        {
            var result = next(id, &id);
            if (result == -Errno.ENOENT)
            {
                break;
            }

            if (result < 0)
            {
                throw new BpfException("list what is in the kernel (CAP_SYS_ADMIN)", -result, "");
            }

            var opened = open(id);
            if (opened < 0)
            {
                // It went away meanwhile; without the right to open it is listed nowhere.
                continue;
            }

            using var descriptor = new FileDescriptor(opened);
            T info = default;
            var length = (uint)sizeof(T);
            if (Libbpf.bpf_obj_get_info_by_fd(descriptor, &info, &length) >= 0)
            {
                all.Add(info);
            }
        }

        return all;
    }
}
