using NetMon.Bpf.Netlink;
using NetMon.Bpf.Records;
using NetMon.Core.Flows;

namespace NetMon.Agent.Flows;

/// <summary>Decides which end of a flow is the source where no SYN tells.</summary>
/// <remarks>
/// The kernel names the end whose packet it saw first. Of a conversation that is older than the observation, that is either end, so
/// an end that is a server by the first of these rules that tells the two apart is made the destination:
/// <list type="number">
/// <item>it answered a SYN before;</item>
/// <item>it is this host, and a socket listens on its port;</item>
/// <item>its port is below the ports that systems give to clients;</item>
/// <item>its port is below 1024 (RFC 6335, system ports).</item>
/// </list>
/// Used by the capture loop alone, but for <see cref="Listening"/>.
/// </remarks>
internal sealed class InitiatorRules
{
    private const int FirstSystemClientPort = 1024;

    private readonly KnownServers _servers = new();
    private readonly int _firstClientPort;
    private volatile ListeningPorts? _listening;

    /// <param name="firstClientPort">The lowest port that a system gives to a client by itself; Linux: net.ipv4.ip_local_port_range.</param>
    public InitiatorRules(int firstClientPort = 32_768) => _firstClientPort = firstClientPort;

    /// <summary>Ports that sockets of this host listen on; null as long as they are not known. Set from any thread.</summary>
    public ListeningPorts? Listening
    {
        get => _listening;
        set => _listening = value;
    }

    /// <summary>Remembers a server that was seen to answer.</summary>
    public void Learn(in FlowEndpoint server, byte protocol) => _servers.Add(in server, protocol);

    /// <summary>Whether source and destination should change places.</summary>
    /// <param name="source">The end that the kernel takes for the initiator.</param>
    /// <param name="destination">The other.</param>
    /// <param name="protocol">IP protocol number.</param>
    /// <param name="observers">Where the packets of source and destination are counted.</param>
    public bool AreSwapped(
        in FlowEndpoint source,
        in FlowEndpoint destination,
        byte protocol,
        (uint Source, uint Destination) observers
    )
    {
        if (!IpProtocol.HasPorts(protocol) || source.Port == destination.Port)
        {
            return false;
        }

        if (
            Differ(
                _servers.Contains(in source, protocol),
                _servers.Contains(in destination, protocol),
                out var swap
            )
        )
        {
            return swap;
        }

        var sourceListens = Listens(in source, protocol, observers.Source, observers.Destination);
        var destinationListens = Listens(in destination, protocol, observers.Destination, observers.Source);
        if (Differ(sourceListens, destinationListens, out swap))
        {
            return swap;
        }

        if (Differ(source.Port < _firstClientPort, destination.Port < _firstClientPort, out swap))
        {
            return swap;
        }

        return Differ(source.Port < FirstSystemClientPort, destination.Port < FirstSystemClientPort, out swap)
            && swap;
    }

    private bool Listens(in FlowEndpoint end, byte protocol, uint sender, uint receiver) =>
        _listening is { } listening
        && ((sender | receiver) & FlowStateRecord.ObserverPod) == 0
        && ObservationPoint.Direction(sender, receiver) == FlowDirection.Egress
        && listening.Contains(protocol, end.Port);

    private static bool Differ(bool sourceServes, bool destinationServes, out bool swap)
    {
        swap = sourceServes;
        return sourceServes != destinationServes;
    }
}
