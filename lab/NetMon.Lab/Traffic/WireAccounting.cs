using System.Net;
using NetMon.Lab.Captures;
using NetMon.Lab.Machines;
using NetMon.Lab.Network;

namespace NetMon.Lab.Traffic;

/// <summary>What conversations carried, by tcpdump at the ends' own interfaces.</summary>
/// <remarks>
/// A node has no interface that all of its packets pass, so its side is taken from the other end's, which nothing lies between but
/// the network; of two nodes, from the server's.
/// </remarks>
internal sealed class WireAccounting : IDisposable
{
    private const int BufferKiB = 4096;

    /// <summary>The control plane speaks with every node all the time: with it in the captures there is no quiet moment to end them.</summary>
    private static readonly string Filter =
        $"not host {AddressPlan.ControlV4} and not host {AddressPlan.ControlV6}";

    private readonly Dictionary<LabInterface, PacketCapture> _captures = [];
    private readonly Dictionary<LabInterface, FlowTally> _tallies = [];

    public WireAccounting(IEnumerable<Conversation> conversations, string folder)
    {
        var places = conversations
            .SelectMany(each => (LabInterface[])[ClientSide(each), ServerSide(each)])
            .Distinct()
            .ToArray();
        foreach (
            var (place, capture) in places
                .AsParallel()
                .WithDegreeOfParallelism(places.Length)
                .Select(place => (place, PacketCapture.Start(place, folder, BufferKiB, Filter)))
        )
        {
            _captures.Add(place, capture);
        }
    }

    /// <summary>Ends the captures, when no packet comes any more, and reads them.</summary>
    public void Stop()
    {
        Parallel.ForEach(_captures.Values, capture => capture.Stop());
        foreach (var (place, capture) in _captures)
        {
            _tallies.Add(place, WireReader.Read(capture.Path));
        }
    }

    public Carried AtClient(Conversation conversation) => At(ClientSide(conversation), conversation);

    public Carried AtServer(Conversation conversation) => At(ServerSide(conversation), conversation);

    /// <summary>What pods' interfaces carried beside the conversations.</summary>
    public IEnumerable<(TrafficEnd Pod, Way Way, Count Count)> Others(
        IReadOnlyList<Conversation> conversations
    ) =>
        from pod in conversations
            .SelectMany(each => (TrafficEnd?[])[each.Client, each.Server])
            .OfType<TrafficEnd>()
            .Where(end => end.Kind == EndKind.Pod)
            .DistinctBy(end => end.Interface)
        from way in _tallies[pod.Interface].Counts
        where !conversations.Any(each => Explains(each, pod, way.Key))
        select (pod, way.Key, way.Value);

    public void Dispose()
    {
        foreach (var capture in _captures.Values)
        {
            capture.Dispose();
        }
    }

    private static LabInterface ClientSide(Conversation conversation) =>
        conversation.Client.Kind == EndKind.Node
            ? conversation.Server!.Interface
            : conversation.Client.Interface;

    private static LabInterface ServerSide(Conversation conversation) =>
        conversation.Server is not { } server
        || (server.Kind == EndKind.Node && conversation.Client.Kind != EndKind.Node)
            ? ClientSide(conversation)
            : server.Interface;

    private Carried At(LabInterface place, Conversation conversation)
    {
        var atServer = place != ClientSide(conversation);
        return new(
            _tallies[place].Sum(way => IsForth(conversation, way, atServer)),
            _tallies[place].Sum(way => IsForth(conversation, Reverse(way), atServer))
        );
    }

    private static bool Explains(Conversation conversation, TrafficEnd at, Way way) =>
        (
            at.Interface == ClientSide(conversation)
            && (IsForth(conversation, way, false) || IsForth(conversation, Reverse(way), false))
        )
        || (
            at.Interface == ServerSide(conversation)
            && (IsForth(conversation, way, true) || IsForth(conversation, Reverse(way), true))
        );

    // A port at an address tells a conversation from all others, together with the other end's address: masquerading gives a client any port of
    // its node, also one at which that node is the server of another conversation. Echoes have no ports.
    private static bool IsForth(Conversation conversation, Way way, bool atServer)
    {
        if (way.Protocol != ProtocolNumber(conversation))
        {
            return false;
        }

        if (conversation.IsEcho)
        {
            return way.Destination.Equals(conversation.Asked) && IsFromClient(conversation, way.Source);
        }

        var isToServer =
            atServer || conversation.Client.Kind == EndKind.Node
                ? way.DestinationPort == conversation.ServerPort
                    && way.Destination.Equals(conversation.Server!.Address(conversation.V6))
                : way.DestinationPort == conversation.AskedPort && way.Destination.Equals(conversation.Asked);
        return isToServer && MayBeFromClient(conversation, way.Source);
    }

    private static bool IsFromClient(Conversation conversation, IPAddress source) =>
        conversation.Client is { Kind: EndKind.Node, Node: { } node }
            ? IsOf(node, source)
            : source.Equals(conversation.Client.Address(conversation.V6))
                || (
                    conversation is { Server.Kind: EndKind.Outside, Client.Node: { } masked }
                    && (source.Equals(masked.V4) || source.Equals(masked.V6))
                );

    // Its own address, or that of a node that put its own there: the client's, or the one that translates the service's address.
    private static bool MayBeFromClient(Conversation conversation, IPAddress source) =>
        (
            conversation.Client.Kind != EndKind.Node
            && source.Equals(conversation.Client.Address(conversation.V6))
        )
        || IsOf(conversation.Client.Node, source)
        || IsOf(conversation.Service?.Entry, source);

    private static bool IsOf(LabNode? node, IPAddress address) =>
        node is not null
        && (address.Equals(node.V4) || address.Equals(node.V6) || node.AddressesAmongPods.Contains(address));

    private static byte ProtocolNumber(Conversation conversation) =>
        conversation.Protocol switch
        {
            "tcp" => 6,
            "udp" => 17,
            "icmp" => 1,
            _ => 58,
        };

    private static Way Reverse(Way way) =>
        new(way.Protocol, way.Destination, way.DestinationPort, way.Source, way.SourcePort);
}
