namespace NetMon.Core.Flows;

/// <summary>One end of a flow. For ICMP echo, <see cref="Port"/> is the identifier.</summary>
public readonly record struct FlowEndpoint(NetworkAddress Address, ushort Port, int InterfaceIndex);
