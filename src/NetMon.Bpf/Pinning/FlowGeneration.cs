using NetMon.Bpf.Interop;
using NetMon.Bpf.Layouts;
using NetMon.Bpf.Objects;

namespace NetMon.Bpf.Pinning;

/// <summary>The flow maps that an earlier process made and pinned, with the iterators that read them.</summary>
internal sealed class FlowGeneration : IDisposable
{
    /// <summary>The maps that hold what was counted, or what counting needs to know; the others are made anew with each load.</summary>
    public static readonly string[] MapNames =
    [
        "flows",
        "records",
        "counters",
        "overflow",
        "carried",
        "interfaces",
        "fragments",
    ];

    public const string Sweep = "sweep";
    public const string Drain = "drain";

    /// <summary>A map with the type information of the programs: the kernel has it too, but gives it to CAP_SYS_ADMIN alone.</summary>
    public const string Types = "types";
    public const string RecordStruct = "flow_record";

    private readonly Dictionary<string, BpfMap> _maps = new(StringComparer.Ordinal);
    private readonly BtfHandle? _types;

    /// <summary>Opens what there is; what is missing makes it unfit to be adopted.</summary>
    /// <param name="path">Its directory.</param>
    /// <param name="number">Younger ones have higher numbers.</param>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public FlowGeneration(string path, int number)
    {
        Path = path;
        Number = number;
        try
        {
            foreach (var name in MapNames)
            {
                if (Pin.TryOpen(System.IO.Path.Combine(path, name), PinKind.Map) is { } descriptor)
                {
                    _maps.Add(name, BpfMap.FromKernel(name, descriptor));
                }
            }

            SweepLink = Pin.TryOpen(System.IO.Path.Combine(path, Sweep), PinKind.Link);
            DrainLink = Pin.TryOpen(System.IO.Path.Combine(path, Drain), PinKind.Link);
            _types = ReadTypes();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public string Path { get; }

    public int Number { get; }

    /// <summary>Null if its pin is missing.</summary>
    public FileDescriptor? SweepLink { get; }

    /// <summary>Null if its pin is missing.</summary>
    public FileDescriptor? DrainLink { get; }

    /// <returns>Null if its pin is missing.</returns>
    public BpfMap? Map(string name) => _maps.GetValueOrDefault(name);

    /// <summary>The layout of a struct that its programs were built with.</summary>
    /// <returns>Null if that is not known.</returns>
    public TypeLayout? LayoutOf(string name) =>
        _types is null ? null : TypeLayout.ReadStruct(_types.Pointer, name);

    /// <summary>Whether programs of an object can go on with these maps: all are there, and their bytes and those of records mean the same.</summary>
    /// <param name="bpfObject">Its sizes set, not loaded.</param>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public bool Fits(BpfObject bpfObject) =>
        _types is not null
        && SweepLink is not null
        && DrainLink is not null
        && MapNames.All(name => Map(name) is { } map && bpfObject.Fits(name, map, _types.Pointer))
        && LayoutOf(RecordStruct) is { } old
        && bpfObject.LayoutOf(RecordStruct) is { } own
        && own.Fits(old);

    private BtfHandle? ReadTypes()
    {
        if (Pin.TryOpen(System.IO.Path.Combine(Path, Types), PinKind.Map) is not { } descriptor)
        {
            return null;
        }

        using var map = BpfMap.FromKernel(Types, descriptor);
        var bytes = new byte[map.ValueSize];
        map.LookupBytes(0, bytes);
        return BtfHandle.Parse(bytes);
    }

    public void Dispose()
    {
        foreach (var map in _maps.Values)
        {
            map.Dispose();
        }

        SweepLink?.Dispose();
        DrainLink?.Dispose();
        _types?.Dispose();
    }
}
