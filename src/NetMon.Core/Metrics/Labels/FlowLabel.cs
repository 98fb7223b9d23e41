using NetMon.Core.Endpoints;
using NetMon.Core.Flows;

namespace NetMon.Core.Metrics.Labels;

/// <summary>Whose going makes a series one that will not change any more.</summary>
[Flags]
internal enum LabelSubjects
{
    None = 0,
    SourceWorkload = 1,
    DestinationWorkload = 2,
    SourcePod = 4,
    DestinationPod = 8,
    Service = 16,

    /// <summary>An address or port, which is gone when no flow has it.</summary>
    Address = 32,
}

/// <summary>Something by which series are told apart.</summary>
internal abstract class LabelPart
{
    public abstract int Hash(in FlowLabels labels);

    public abstract bool Same(in FlowLabels left, in FlowLabels right);
}

/// <summary>A label that series of flows can have.</summary>
internal abstract class FlowLabel(string name, string meaning, LabelSubjects subjects) : LabelPart
{
    public string Name => name;

    /// <summary>For the documentation.</summary>
    public string Meaning => meaning;

    public LabelSubjects Subjects => subjects;

    /// <summary>Reads the pod or node, not only its workload.</summary>
    public bool NeedsEnds { get; init; }

    /// <summary>Reads the process at an end.</summary>
    public bool NeedsOwners { get; init; }

    public abstract void Write(in FlowLabels labels, ref LabelWriter writer);
}

internal delegate T ReadLabel<out T>(in FlowLabels labels);

/// <summary>A text; one that is null is the empty text.</summary>
internal sealed class TextLabel(string name, string meaning, LabelSubjects subjects, ReadLabel<string?> read)
    : FlowLabel(name, meaning, subjects)
{
    public override int Hash(in FlowLabels labels) =>
        string.GetHashCode(read(in labels), StringComparison.Ordinal);

    public override bool Same(in FlowLabels left, in FlowLabels right) =>
        string.Equals(read(in left) ?? "", read(in right) ?? "", StringComparison.Ordinal);

    public override void Write(in FlowLabels labels, ref LabelWriter writer) => writer.Add(read(in labels));
}

/// <summary>A number for which there is a word.</summary>
internal sealed class WordLabel(string name, string meaning, ReadLabel<int> read, Func<int, string> word)
    : FlowLabel(name, meaning, LabelSubjects.None)
{
    public override int Hash(in FlowLabels labels) => read(in labels);

    public override bool Same(in FlowLabels left, in FlowLabels right) => read(in left) == read(in right);

    public override void Write(in FlowLabels labels, ref LabelWriter writer) =>
        writer.Add(word(read(in labels)));
}

internal sealed class AddressLabel(string name, string meaning, ReadLabel<NetworkAddress> read)
    : FlowLabel(name, meaning, LabelSubjects.Address)
{
    public override int Hash(in FlowLabels labels) => read(in labels).GetHashCode();

    public override bool Same(in FlowLabels left, in FlowLabels right) => read(in left) == read(in right);

    public override void Write(in FlowLabels labels, ref LabelWriter writer) => writer.Add(read(in labels));
}

/// <summary>The port that was asked for; empty where there is none.</summary>
internal sealed class PortLabel(string name, string meaning) : FlowLabel(name, meaning, LabelSubjects.Address)
{
    public override int Hash(in FlowLabels labels) => labels.DestinationPort;

    public override bool Same(in FlowLabels left, in FlowLabels right) =>
        left.DestinationPort == right.DestinationPort;

    public override void Write(in FlowLabels labels, ref LabelWriter writer)
    {
        if (labels.DestinationPort == 0)
        {
            writer.Add("");
        }
        else
        {
            writer.Add(labels.DestinationPort);
        }
    }
}

/// <summary>Namespace, workload and kind of one end at once: most often one comparison of references.</summary>
internal sealed class WorkloadPart(ReadLabel<Workload> read) : LabelPart
{
    public override int Hash(in FlowLabels labels) => read(in labels).GetHashCode();

    public override bool Same(in FlowLabels left, in FlowLabels right) =>
        read(in left).Equals(read(in right));
}
