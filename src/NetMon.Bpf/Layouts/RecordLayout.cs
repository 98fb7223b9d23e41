using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NetMon.Bpf.Objects;
using NetMon.Bpf.Records;

namespace NetMon.Bpf.Layouts;

/// <summary>What the bytes of flow records mean to the build of the programs that wrote them; can be written beside them, so that any other build reads them.</summary>
/// <remarks>Records of another layout are translated by the names of fields, see <see cref="RecordTranslation"/>. Immutable, but not for several threads.</remarks>
public sealed class RecordLayout
{
    /// <summary>Bytes that a record has at most, of any build.</summary>
    public const int MaxRecordBytes = 4096;

    /// <summary>Without these nobody can say what was counted, and of whom.</summary>
    private static readonly ImmutableArray<string> Needed =
    [
        "key.addr[0]",
        "key.addr[1]",
        "key.port",
        "key.protocol",
        "time_ns",
        "traffic.packets",
        "traffic.bytes",
        "state.first_ns",
        "reason",
    ];

    private static readonly Lazy<RecordLayout> OwnLayout = new(ReadOwn);

    private readonly TypeLayout _layout;
    private RecordTranslation? _translation;

    private RecordLayout(TypeLayout layout) => _layout = layout;

    /// <summary>That of <see cref="FlowRecord"/>, by the type information of the programs that this assembly carries.</summary>
    /// <exception cref="BpfException">libbpf is missing.</exception>
    public static RecordLayout Own => OwnLayout.Value;

    /// <summary>Bytes of a record.</summary>
    public int RecordBytes => _layout.Size;

    /// <summary>Whether its bytes mean what those of a <see cref="FlowRecord"/> do.</summary>
    public bool IsOwn => _layout.Fits(Own._layout);

    /// <summary>Fields that a <see cref="FlowRecord"/> does not have: left out in a translation.</summary>
    public IReadOnlyList<string> LostFields => Translation.Lost;

    internal TypeLayout Fields => _layout;

    private RecordTranslation Translation => _translation ??= new RecordTranslation(_layout, Own._layout);

    /// <summary>The layout in bytes, for <see cref="TryParse"/>.</summary>
    public byte[] Describe() => LayoutDescription.Write(_layout);

    /// <summary>Reads a description, whatever it is.</summary>
    /// <param name="bytes">It, and perhaps others behind it.</param>
    /// <param name="layout">Of records that can be translated.</param>
    /// <param name="fault">What is wrong with it; empty if nothing is.</param>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out RecordLayout? layout, out string fault)
    {
        layout = null;
        if (LayoutDescription.Read(bytes, MaxRecordBytes) is not { } fields)
        {
            fault = "what describes its records is damaged";
            return false;
        }

        layout = From(fields);
        fault = layout is null ? $"its records lack one of {string.Join(", ", Needed)}" : "";
        return layout is not null;
    }

    /// <returns>Null for what is no layout of records.</returns>
    internal static RecordLayout? From(TypeLayout layout) =>
        layout.Size is > 0 and <= MaxRecordBytes
        && layout.Size % sizeof(ulong) == 0
        && Needed.All(name =>
            layout.Fields.Any(field => string.Equals(field.Path, name, StringComparison.Ordinal))
        )
            ? new RecordLayout(layout)
            : null;

    /// <summary>A record of this layout as one of today; allocates nothing after the first.</summary>
    /// <param name="bytes"><see cref="RecordBytes"/> of them.</param>
    public FlowRecord Translate(ReadOnlySpan<byte> bytes)
    {
        var record = default(FlowRecord);
        Translation.Apply(bytes, MemoryMarshal.AsBytes(new Span<FlowRecord>(ref record)));

        // A layout without it counted every flow.
        record.SamplingRate = Math.Max(record.SamplingRate, 1);
        return record;
    }

    /// <summary>As <see cref="Translate"/>, of a record that a drain of the map gave.</summary>
    public FlowRecord TranslateDrained(ReadOnlySpan<byte> bytes)
    {
        var record = Translate(bytes);
        if (record.Reason == RecordReason.End)
        {
            // It ended by our doing.
            record.State.Flags |= FlowFlags.Left;
        }

        return record;
    }

    private static RecordLayout ReadOwn()
    {
        using var bpfObject = BpfObject.Open(FlowProgram.ReadResource(), "netmon"u8);
        return
            bpfObject.LayoutOf(Pinning.FlowGeneration.RecordStruct) is { } fields
            && From(fields) is { } own
            && own.RecordBytes == Unsafe.SizeOf<FlowRecord>()
            ? own
            : throw new BpfException("read the layout of records", 0, "the BPF object has none that fits");
    }
}
