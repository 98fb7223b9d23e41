using System.Globalization;
using NetMon.Bpf.Interop;

namespace NetMon.Bpf.Inventory;

/// <summary>The BPF programs and maps that this process holds, whoever opened them, as the kernel describes them.</summary>
/// <param name="Programs">By number.</param>
/// <param name="Maps">By number.</param>
public sealed record KernelInventory(
    IReadOnlyList<ProgramDescription> Programs,
    IReadOnlyList<MapDescription> Maps
)
{
    private const string Descriptors = "/proc/self/fdinfo";

    /// <summary>Goes through the process's descriptors: links tell of programs whose own descriptor was closed.</summary>
    /// <remarks>A descriptor that is closed meanwhile is left out. Takes some microseconds for each descriptor.</remarks>
    /// <exception cref="BpfException">libbpf is missing.</exception>
    public static KernelInventory OfThisProcess()
    {
        LibbpfLibrary.EnsureLoaded();
        var programs = new SortedDictionary<uint, ProgramDescription>();
        var maps = new SortedDictionary<uint, MapDescription>();
        var linked = new HashSet<uint>();
        foreach (var path in Directory.GetFiles(Descriptors))
        {
            var number = int.Parse(Path.GetFileName(path), CultureInfo.InvariantCulture);
            if (DescriptorText.Read(number) is not { Kind: not DescriptorKind.Other } told)
            {
                continue;
            }

            if (told.Kind == DescriptorKind.Link)
            {
                linked.Add((uint)told.Number("prog_id"));
            }
            else if (Duplicate(number) is { } copy)
            {
                using (copy)
                {
                    Describe(copy, programs, maps);
                }
            }
        }

        foreach (var id in linked.Where(id => id != 0 && !programs.ContainsKey(id)))
        {
            // CAP_SYS_ADMIN; without it the program stays unknown.
            var opened = Libbpf.bpf_prog_get_fd_by_id(id);
            if (opened >= 0)
            {
                using var program = new FileDescriptor(opened);
                Describe(program, programs, maps);
            }
        }

        return new KernelInventory([.. programs.Values], [.. maps.Values]);
    }

    private static FileDescriptor? Duplicate(int number)
    {
        try
        {
            return FileDescriptor.Duplicate(number);
        }
        catch (BpfException)
        {
            return null;
        }
    }

    // Asked of the copy: the number may have become something else's meanwhile.
    private static void Describe(
        FileDescriptor descriptor,
        SortedDictionary<uint, ProgramDescription> programs,
        SortedDictionary<uint, MapDescription> maps
    )
    {
        switch (DescriptorText.Read(descriptor))
        {
            case { Kind: DescriptorKind.Program } told
                when ProgramDescription.TryRead(descriptor, told, out var program):
                programs[program.Id] = program;
                break;
            case { Kind: DescriptorKind.Map } told when !maps.ContainsKey((uint)told.Number("map_id")):
                if (MapDescription.TryRead(descriptor, told, out var map))
                {
                    maps[map.Id] = map;
                }

                break;
        }
    }
}
