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

    public override int GetHashCode() => (Protocol << 1) | (int)Direction;
}

/// <summary>Labels protocol, direction, status.</summary>
public readonly record struct FlowStatusKey(byte Protocol, FlowDirection Direction, FlowStatus Status)
    : ISeriesKey<FlowStatusKey>
{
    public static FlowStatusKey Of(in Flow flow) => new(flow.Protocol, flow.Direction, flow.Status);

    public void WriteLabels(ref LabelWriter labels)
    {
        labels.Add(IpProtocolNames.Name(Protocol));
        labels.Add(Direction.Word());
        labels.Add(Status.Word());
    }

    public override int GetHashCode() => (Protocol << 3) | ((int)Direction << 2) | (int)Status;
}

/// <summary>One label with a text for a value.</summary>
public readonly record struct TextKey(string Value) : ISeriesKey<TextKey>
{
    public void WriteLabels(ref LabelWriter labels) => labels.Add(Value);
}

/// <summary>
/// Labels protocol, direction, and the addresses src_ip, dst_ip where the family has them: of packets one way,
/// not of a flow.
/// </summary>
public readonly struct TrafficKey : ISeriesKey<TrafficKey>
{
    private readonly byte _protocol;
    private readonly FlowDirection _direction;
    private readonly bool _withAddresses;
    private readonly NetworkAddress _sender;
    private readonly NetworkAddress _receiver;

    private TrafficKey(
        byte protocol,
        FlowDirection direction,
        bool withAddresses,
        NetworkAddress sender,
        NetworkAddress receiver
    )
    {
        _protocol = protocol;
        _direction = direction;
        _withAddresses = withAddresses;
        if (withAddresses)
        {
            _sender = sender;
            _receiver = receiver;
        }
    }

    /// <summary>What the source of the flow sent.</summary>
    /// <param name="flow">The flow.</param>
    /// <param name="withAddresses">Whether the family has the labels src_ip and dst_ip.</param>
    public static TrafficKey Sent(in Flow flow, bool withAddresses) =>
        new(flow.Protocol, flow.Direction, withAddresses, flow.Source.Address, flow.Destination.Address);

    /// <summary>What the source of the flow received: the other direction, and the addresses the other way round.</summary>
    /// <param name="flow">The flow.</param>
    /// <param name="withAddresses">Whether the family has the labels src_ip and dst_ip.</param>
    public static TrafficKey Received(in Flow flow, bool withAddresses) =>
        new(
            flow.Protocol,
            flow.Direction == FlowDirection.Egress ? FlowDirection.Ingress : FlowDirection.Egress,
            withAddresses,
            flow.Destination.Address,
            flow.Source.Address
        );

    /// <summary>What one end of a flow sent, with the local endpoint's view of just these packets.</summary>
    public static TrafficKey OneWay(
        byte protocol,
        FlowDirection direction,
        NetworkAddress sender,
        NetworkAddress receiver,
        bool withAddresses
    ) => new(protocol, direction, withAddresses, sender, receiver);

    public void WriteLabels(ref LabelWriter labels)
    {
        labels.Add(IpProtocolNames.Name(_protocol));
        labels.Add(_direction.Word());
        if (_withAddresses)
        {
            labels.Add(_sender);
            labels.Add(_receiver);
        }
    }

    public bool Equals(TrafficKey other) =>
        _protocol == other._protocol
        && _direction == other._direction
        && _withAddresses == other._withAddresses
        && _sender == other._sender
        && _receiver == other._receiver;

    public override bool Equals(object? obj) => obj is TrafficKey other && Equals(other);

    public override int GetHashCode() =>
        HashCode.Combine(_sender, _receiver, ((int)_protocol << 1) | (int)_direction);

    public static bool operator ==(TrafficKey left, TrafficKey right) => left.Equals(right);

    public static bool operator !=(TrafficKey left, TrafficKey right) => !left.Equals(right);
}
