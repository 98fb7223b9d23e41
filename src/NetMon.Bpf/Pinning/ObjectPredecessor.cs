using System.Runtime.InteropServices;
using NetMon.Bpf.Interop;
using NetMon.Bpf.Layouts;
using NetMon.Bpf.Objects;

namespace NetMon.Bpf.Pinning;

/// <summary>
/// Programs of another build, or with other settings, that cannot be replaced in their links: what they gathered is read once they are detached, and
/// translated by the names of fields; so the ones that come in their place begin where they were.
/// </summary>
/// <remarks><code>
///   (1) the new ones are loaded, and attached to nothing yet
///   (2) Detach: the old ones count no more
///   (3) what they had is read, and put into the maps of the new ones
///   (4) the new ones are attached: what happened since (2), a millisecond or so, is missed
/// </code></remarks>
internal sealed class ObjectPredecessor : IDisposable
{
    private readonly string _path;
    private readonly Dictionary<string, BpfMap> _maps = new(StringComparer.Ordinal);
    private readonly List<BpfProgram> _programs = [];
    private readonly List<FileDescriptor> _links = [];
    private readonly BtfHandle? _types;
    private bool _isDetached;

    /// <param name="path">Where they are pinned.</param>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public ObjectPredecessor(string path)
    {
        _path = path;
        try
        {
            foreach (var pin in Directory.EnumerateFiles(path))
            {
                Open(pin, Path.GetFileName(pin));
            }

            if (Map(FlowGeneration.Types) is { } types)
            {
                var bytes = new byte[types.ValueSize];
                types.LookupBytes(0, bytes);
                _types = BtfHandle.Parse(bytes);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public IReadOnlyList<BpfProgram> Programs => _programs;

    /// <returns>Null if there is none.</returns>
    public BpfMap? Map(string name) => _maps.GetValueOrDefault(name);

    /// <returns>Null if it is not known what its bytes mean to either.</returns>
    public RecordTranslation? TranslationTo(BpfObject bpfObject, string name) =>
        _types is not null
        && TypeLayout.ReadStruct(_types.Pointer, name) is { } old
        && bpfObject.LayoutOf(name) is { } own
            ? new RecordTranslation(old, own)
            : null;

    /// <summary>Removes it from the kernel, but for the maps that are open; returns when none of its programs runs any more.</summary>
    /// <exception cref="BpfException">The file system refused.</exception>
    public void Detach() // (2)
    {
        if (!_isDetached)
        {
            Pin.RemoveAll(_path);
            _links.ForEach(link => link.Dispose());
            FlowPredecessor.WaitForPrograms();
            _isDetached = true;
        }
    }

    /// <summary>Adds what a per-CPU array of counters, which are 8 bytes each, holds over all CPUs to an array of today.</summary>
    /// <param name="from">Of before.</param>
    /// <param name="translation">Of its values.</param>
    /// <param name="to">Of now; nobody else writes it yet.</param>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public static void Add(BpfMap from, RecordTranslation translation, BpfMap to) // (3)
    {
        var cpus = Libbpf.libbpf_num_possible_cpus();
        var stride = (from.ValueSize + 7) & ~7;
        var raw = new byte[stride * cpus];
        var own = new byte[((to.ValueSize + 7) & ~7) * cpus];
        var one = new byte[translation.ToSize];
        var sum = MemoryMarshal.Cast<byte, ulong>(own.AsSpan(0, one.Length));
        for (var index = 0u; index < Math.Min(from.MaxEntries, to.MaxEntries); index++)
        {
            from.LookupBytes(index, raw);
            to.LookupBytes(index, own);
            for (var start = 0; start < raw.Length; start += stride)
            {
                translation.Apply(raw.AsSpan(start, translation.FromSize), one);
                var each = MemoryMarshal.Cast<byte, ulong>(one);
                for (var word = 0; word < sum.Length; word++)
                {
                    sum[word] += each[word];
                }
            }

            to.UpdateBytes(index, own);
        }
    }

    public void Dispose()
    {
        _types?.Dispose();
        _links.ForEach(link => link.Dispose());
        _programs.ForEach(program => program.Dispose());
        foreach (var map in _maps.Values)
        {
            map.Dispose();
        }
    }

    // Theirs alone from the moment on at which the names are gone: so that closing the links is the end.
    private void Open(string pin, string name)
    {
        if (Pin.TryOpen(pin, PinKind.Map) is { } map)
        {
            _maps.Add(name, BpfMap.FromKernel(name, map));
        }
        else if (Pin.TryOpen(pin, PinKind.Program) is { } program)
        {
            _programs.Add(new BpfProgram(name, program));
        }
        else if (Pin.TryOpen(pin, PinKind.Link) is { } link)
        {
            _links.Add(link);
        }
    }
}
