using NetMon.Core.Networks;

namespace NetMon.Core.Flows;

/// <summary>
/// Which flows a reader wants: several values of one kind are alternatives, the kinds must all hold. An empty
/// kind asks nothing.
/// </summary>
public sealed class FlowFilter
{
    private readonly Cidr[] _networks;
    private readonly ushort[] _ports;
    private readonly byte[] _protocols;
    private readonly FlowState[] _states;

    /// <param name="networks">Networks of which one holds the source or the destination.</param>
    /// <param name="ports">Ports of which one is the source's or the destination's; an ICMP identifier is no port.</param>
    /// <param name="protocols">IP protocol numbers.</param>
    /// <param name="states">States.</param>
    public FlowFilter(
        IEnumerable<Cidr>? networks = null,
        IEnumerable<ushort>? ports = null,
        IEnumerable<byte>? protocols = null,
        IEnumerable<FlowState>? states = null
    )
    {
        _networks = [.. networks ?? []];
        _ports = [.. ports ?? []];
        _protocols = [.. protocols ?? []];
        _states = [.. states ?? []];
    }

    /// <summary>The filter that every flow passes.</summary>
    public static FlowFilter All { get; } = new();

    public bool IsEmpty => _networks.Length + _ports.Length + _protocols.Length + _states.Length == 0;

    /// <summary>Whether the flow passes; never allocates.</summary>
    public bool Matches(in Flow flow) =>
        MatchesState(flow.State)
        && MatchesProtocol(flow.Protocol)
        && MatchesPort(in flow)
        && MatchesNetwork(in flow);

    private bool MatchesState(FlowState state) => _states.Length == 0 || Array.IndexOf(_states, state) >= 0;

    private bool MatchesProtocol(byte protocol) =>
        _protocols.Length == 0 || Array.IndexOf(_protocols, protocol) >= 0;

    private bool MatchesPort(in Flow flow) =>
        _ports.Length == 0
        || (
            IpProtocol.HasPorts(flow.Protocol)
            && (
                Array.IndexOf(_ports, flow.Source.Port) >= 0
                || Array.IndexOf(_ports, flow.Destination.Port) >= 0
            )
        );

    private bool MatchesNetwork(in Flow flow)
    {
        if (_networks.Length == 0)
        {
            return true;
        }

        foreach (ref readonly var network in _networks.AsSpan())
        {
            if (network.Contains(flow.Source.Address) || network.Contains(flow.Destination.Address))
            {
                return true;
            }
        }

        return false;
    }
}
