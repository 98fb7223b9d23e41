using System.Buffers;

namespace NetMon.Core.Metrics.Labels;

/// <summary>The labels of a family, and how its series are told apart by them: two series never have the same values.</summary>
public sealed class LabelSet : IEquatable<LabelSet>
{
    private readonly FlowLabel[] _labels;
    private readonly LabelPart[] _parts;
    private readonly LabelSubjects _subjects;
    private readonly bool _needsEnds;
    private readonly bool _needsOwners;

    private LabelSet(FlowLabel[] labels)
    {
        _labels = labels;
        Names = [.. labels.Select(label => label.Name)];
        _parts = PartsOf(labels);
        foreach (var label in labels)
        {
            _subjects |= label.Subjects;
            _needsEnds |= label.NeedsEnds;
            _needsOwners |= label.NeedsOwners;
        }
    }

    /// <summary>Names of all labels and presets, which a label set is put together from.</summary>
    public static IReadOnlyList<string> Words { get; } =
    [
        .. FlowLabelTable.Presets.Select(preset => preset.Name),
        .. FlowLabelTable.All.Select(label => label.Name),
    ];

    public static LabelSet Workload { get; } = Of(["workload"]);

    /// <summary>In the order of the table, whatever the order in which they were chosen.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The union of labels and presets; <c>direction</c> is always among them.</summary>
    /// <exception cref="ArgumentException">A word that is neither.</exception>
    public static LabelSet Of(IEnumerable<string> words)
    {
        var names = new HashSet<string>(StringComparer.Ordinal) { FlowLabelTable.Direction };
        foreach (var word in words)
        {
            if (!Words.Contains(word, StringComparer.Ordinal))
            {
                throw new ArgumentException($"neither label nor preset: {word}", nameof(words));
            }

            var preset = Array.Find(
                FlowLabelTable.Presets,
                one => string.Equals(one.Name, word, StringComparison.Ordinal)
            );
            names.UnionWith(preset.Labels ?? [word]);
        }

        return new LabelSet([.. FlowLabelTable.All.Where(label => names.Contains(label.Name))]);
    }

    /// <summary>These labels, and the reason of a drop.</summary>
    public LabelSet WithReason() => new([.. _labels, FlowLabelTable.Reason]);

    /// <summary>The text of a series' labels.</summary>
    internal byte[] Write(in FlowLabels labels, ArrayBufferWriter<byte> buffer)
    {
        buffer.ResetWrittenCount();
        var writer = new LabelWriter(Names, buffer);
        foreach (var label in _labels)
        {
            label.Write(in labels, ref writer);
        }

        return writer.Finish();
    }

    /// <summary>The text of the labels of a series that takes what has no room; the direction is told all the same, so that sums over one direction stay exact.</summary>
    internal byte[] WriteOverflow(string direction) =>
        LabelText.Format(
            Names,
            [
                .. Names.Select(name =>
                    name is FlowLabelTable.Direction ? direction : SeriesFamily.OverflowLabel
                ),
            ]
        );

    internal int Hash(in FlowLabels labels)
    {
        var hash = default(HashCode);
        foreach (var part in _parts)
        {
            hash.Add(part.Hash(in labels));
        }

        return hash.ToHashCode();
    }

    internal bool Same(in FlowLabels left, in FlowLabels right)
    {
        foreach (var part in _parts)
        {
            if (!part.Same(in left, in right))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>What a series keeps: of pods, nodes and processes nothing if it is not told apart by them, so that they can be forgotten.</summary>
    internal FlowLabels Kept(in FlowLabels labels) =>
        (_needsEnds, _needsOwners) switch
        {
            (true, true) => labels,
            (true, false) => labels with { SourceOwner = null, DestinationOwner = null },
            (false, true) => labels with { SourceEnd = null, DestinationEnd = null },
            _ => labels with
            {
                SourceEnd = null,
                DestinationEnd = null,
                SourceOwner = null,
                DestinationOwner = null,
            },
        };

    /// <summary>Whether a series without a flow will not change any more.</summary>
    internal bool AreGone(in FlowLabels labels) =>
        Has(LabelSubjects.Address)
        || (Has(LabelSubjects.SourceWorkload) && labels.Source.IsGone)
        || (Has(LabelSubjects.DestinationWorkload) && labels.Destination.IsGone)
        || (Has(LabelSubjects.SourcePod) && labels.SourceEnd is { IsGone: true })
        || (Has(LabelSubjects.DestinationPod) && labels.DestinationEnd is { IsGone: true })
        || (Has(LabelSubjects.Service) && labels.Service is { IsGone: true });

    /// <summary>What a series keeps once it is met again: in the place of what is gone, its successor of the same name.</summary>
    internal FlowLabels Renewed(in FlowLabels kept, in FlowLabels met) =>
        AreGone(in kept) ? Kept(in met) : kept;

    public bool Equals(LabelSet? other) =>
        other is not null && Names.SequenceEqual(other.Names, StringComparer.Ordinal);

    public override bool Equals(object? obj) => Equals(obj as LabelSet);

    public override int GetHashCode() => Names.Count;

    public override string ToString() => string.Join(", ", Names);

    private bool Has(LabelSubjects subject) => (_subjects & subject) != LabelSubjects.None;

    private static LabelPart[] PartsOf(FlowLabel[] labels)
    {
        var parts = labels.ToDictionary(
            label => label.Name,
            LabelPart (label) => label,
            StringComparer.Ordinal
        );
        Merge(parts, "src_", new WorkloadPart((in l) => l.Source));
        Merge(parts, "dst_", new WorkloadPart((in l) => l.Destination));
        if (parts.ContainsKey("scope"))
        {
            parts.Remove("traffic"); // follows from the scope
        }

        return [.. parts.Values];
    }

    private static void Merge(Dictionary<string, LabelPart> parts, string prefix, WorkloadPart whole)
    {
        string[] names = [prefix + "namespace", prefix + "workload", prefix + "kind"];
        if (names.All(parts.ContainsKey))
        {
            Array.ForEach(names, name => parts.Remove(name));
            parts.Add(prefix, whole);
        }
    }
}
