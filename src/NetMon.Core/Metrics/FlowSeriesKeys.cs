using NetMon.Core.Flows;

namespace NetMon.Core.Metrics;

/// <summary>Labels protocol, direction.</summary>
public readonly record struct FlowGroupKey(byte Protocol, FlowDirection Direction) : ISeriesKey<FlowGroupKey>
{
    public static FlowGroupKey Of(in Flow flow) => new(flow.Protocol, flow.Direction);

    public void WriteLabels(ref LabelWriter labels)
    {
        labels.Add(IpProtocolNames.Name(Protocol));
        labels.Add(Direction.Word());
    }

    public override int GetHashCode() => (Protocol << 2) | (int)Direction;
}

/// <summary>One label with a text for a value.</summary>
public readonly record struct TextKey(string Value) : ISeriesKey<TextKey>
{
    public void WriteLabels(ref LabelWriter labels) => labels.Add(Value);
}
