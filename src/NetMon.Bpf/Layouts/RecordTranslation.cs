using System.Buffers.Binary;

namespace NetMon.Bpf.Layouts;

/// <summary>Turns records of one layout into those of another: each field goes where the field of the same name is.</summary>
/// <remarks>
/// A field that only the new layout has is 0, one that only the old layout has is lost. A number that does not fit a narrower field
/// becomes the largest that does. So a field that comes to mean something else must get another name.
/// </remarks>
internal sealed class RecordTranslation
{
    private readonly List<Step> _steps = [];

    public RecordTranslation(TypeLayout from, TypeLayout to)
    {
        FromSize = from.Size;
        ToSize = to.Size;
        var sources = from
            .Fields.DistinctBy(field => field.Path, StringComparer.Ordinal)
            .ToDictionary(field => field.Path, StringComparer.Ordinal);
        foreach (var target in to.Fields.Where(field => !field.IsPadding))
        {
            if (sources.TryGetValue(target.Path, out var source))
            {
                Add(source, target);
            }
        }

        var kept = to.Fields.Select(field => field.Path).ToHashSet(StringComparer.Ordinal);
        Lost =
        [
            .. sources
                .Values.Where(field => !field.IsPadding && !kept.Contains(field.Path))
                .Select(field => field.Path),
        ];
    }

    /// <summary>Bytes of a record in the old layout.</summary>
    public int FromSize { get; }

    /// <summary>Bytes of a record in the new layout.</summary>
    public int ToSize { get; }

    /// <summary>Fields of the old layout that have no place in the new one.</summary>
    public IReadOnlyList<string> Lost { get; }

    /// <summary>Translates one record; allocates nothing.</summary>
    /// <param name="from"><see cref="FromSize"/> bytes.</param>
    /// <param name="to"><see cref="ToSize"/> bytes, overwritten.</param>
    public void Apply(ReadOnlySpan<byte> from, Span<byte> to)
    {
        to = to[..ToSize];
        to.Clear();
        foreach (var step in _steps)
        {
            var source = from.Slice(step.From, step.FromSize);
            var target = to.Slice(step.To, step.ToSize);
            if (step.FromSize == step.ToSize)
            {
                source.CopyTo(target);
            }
            else
            {
                Resize(source, target);
            }
        }
    }

    // Neighbours of equal size on both sides become one copy.
    private void Add(TypeField source, TypeField target)
    {
        var count = Math.Min(source.Count, target.Count);
        if (source.Size != target.Size)
        {
            for (var i = 0; i < count; i++)
            {
                _steps.Add(
                    new(
                        source.Offset + (i * source.Size),
                        source.Size,
                        target.Offset + (i * target.Size),
                        target.Size
                    )
                );
            }

            return;
        }

        var bytes = count * source.Size;
        if (_steps is [.., var last] && last.Precedes(source.Offset, target.Offset))
        {
            _steps[^1] = last with { FromSize = last.FromSize + bytes, ToSize = last.ToSize + bytes };
        }
        else
        {
            _steps.Add(new(source.Offset, bytes, target.Offset, bytes));
        }
    }

    /// <summary>A little-endian number into one of another size; BPF programs are built for little-endian machines only.</summary>
    private static void Resize(ReadOnlySpan<byte> source, Span<byte> target)
    {
        Span<byte> wide = stackalloc byte[sizeof(ulong)];
        wide.Clear();
        source.CopyTo(wide);
        var value = BinaryPrimitives.ReadUInt64LittleEndian(wide);
        var largest = ulong.MaxValue >> (64 - (8 * target.Length));
        BinaryPrimitives.WriteUInt64LittleEndian(wide, Math.Min(value, largest));
        wide[..target.Length].CopyTo(target);
    }

    private readonly record struct Step(int From, int FromSize, int To, int ToSize)
    {
        public bool Precedes(int from, int to) =>
            FromSize == ToSize && From + FromSize == from && To + ToSize == to;
    }
}
