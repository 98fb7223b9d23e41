using NetMon.Lab.Captures;

namespace NetMon.Lab.Traffic;

/// <summary>Which figures a conversation has to be in, and with which of the two counts.</summary>
/// <remarks>
/// What a node's agent can know, from the packets that pass it and from that node's own translations:
/// <code>
///   (1) the client's node    egress  client -> server, with the service        ingress  server -> client
///   (2) the server's node    ingress client -> server                          egress   server -> client
///          - with the service, if that node translated its address
///          - the client is the node that put its own address in the place of the client's, if that was another node
///   (3) a node between a client outside and the server: transit, both ways
/// </code>
/// </remarks>
internal static class Expectation
{
    /// <param name="conversation">Whose figures.</param>
    /// <param name="atClient">What was counted at the client's own interface.</param>
    /// <param name="atServer">The same at the server's.</param>
    /// <param name="masquerades">Whether the network replaces a pod's address where it speaks to another node.</param>
    public static void Add(
        FigureTable to,
        Conversation conversation,
        Carried atClient,
        Carried atServer,
        bool masquerades
    )
    {
        var (client, server) = (conversation.Client, conversation.Server);
        var service = conversation.Service?.Service.Name ?? "";
        if (server is null)
        {
            AddUnserved(to, conversation, atClient);
            return;
        }

        var flows = conversation.Flows;
        Figure Forth(Party sender, string asked, string direction) =>
            new(sender, server.Party, asked, conversation.Protocol, direction);
        Figure Back(Party receiver, string direction) =>
            new(server.Party, receiver, "", conversation.Protocol, direction);

        if (client.Node is not null) // (1)
        {
            to.Add(Forth(client.Party, service, "egress"), atClient.Forth, flows);
            to.Add(Back(client.Party, "ingress"), atClient.Back);
        }

        var translator = conversation.Service?.Entry ?? client.Node;
        if (server.Node is not null) // (2)
        {
            var sameNode = translator is null || translator == server.Node;
            var seen = sameNode ? client.Party : SeenClient(conversation, masquerades);
            to.Add(Forth(seen, sameNode ? service : "", "ingress"), atServer.Forth, flows);
            to.Add(Back(seen, "egress"), atServer.Back);
        }

        if (client.Node is null && translator is not null && translator != server.Node) // (3)
        {
            to.Add(Forth(client.Party, service, "transit"), atClient.Forth, flows);
            to.Add(Back(client.Party, "transit"), atClient.Back);
        }
    }

    /// <summary>Packets between two ends of one node: its agent sees them leave and arrive.</summary>
    public static void AddWithinNode(
        FigureTable to,
        Party sender,
        Party receiver,
        string protocol,
        Count count
    )
    {
        to.Add(new Figure(sender, receiver, "", protocol, "egress"), count);
        to.Add(new Figure(sender, receiver, "", protocol, "ingress"), count);
    }

    // What the server's node takes for the client, where the translation was elsewhere.
    private static Party SeenClient(Conversation conversation, bool masquerades)
    {
        var (client, server) = (conversation.Client, conversation.Server!);
        var byService =
            conversation.Service is { Service.Local: false } use
            && (use.Way != ServiceWay.ClusterIp || client.Kind == EndKind.Outside);
        var byNetwork = client.Kind == EndKind.Pod && server.Kind == EndKind.Node && masquerades;
        return byService || byNetwork
            ? Party.Node((conversation.Service?.Entry ?? client.Node!).Name)
            : client.Party;
    }

    // The node of the client refuses in the name of the service.
    private static void AddUnserved(FigureTable to, Conversation conversation, Carried atClient)
    {
        var service = conversation.Service!.Service;
        var nobody = new Party(service.Namespace, service.Name, "Service");
        to.Add(
            new Figure(conversation.Client.Party, nobody, service.Name, conversation.Protocol, "egress"),
            atClient.Forth,
            conversation.Flows
        );
        to.Add(
            new Figure(nobody, conversation.Client.Party, "", conversation.Protocol, "ingress"),
            atClient.Back
        );
    }
}
