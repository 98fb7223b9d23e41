using NetMon.Lab.Captures;
using NetMon.Lab.Cluster;
using NetMon.Lab.Machines;
using NetMon.Lab.Network;

namespace NetMon.Lab.Traffic;

/// <summary>Makes conversations happen and tells what every figure of them has to be.</summary>
public static class TrafficRun
{
    private const int AtOnce = 6;

    // An IPv4 and an IPv6 header with that of TCP: no packet has less, whatever its options.
    private const int LeastHeadersV4 = 40;
    private const int LeastHeadersV6 = 60;

    /// <exception cref="LabException">Something got lost, or the observers do not agree with the sockets.</exception>
    public static MadeTraffic Run(LabCluster cluster, IReadOnlyList<Conversation> conversations)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        using var wire = new WireAccounting(conversations, cluster.Folder);
        var payloads = RunAll(conversations);
        wire.Stop();

        var expected = new FigureTable();
        var made = new List<MadeConversation>(conversations.Count);
        var masquerades = cluster.Network.Mode != NetworkMode.HostGateway;
        foreach (var conversation in conversations)
        {
            var (atClient, atServer) = (wire.AtClient(conversation), wire.AtServer(conversation));
            Verify(conversation, payloads[conversation.Number], atClient, atServer);
            var figures = new FigureTable();
            Expectation.Add(figures, conversation, atClient, atServer, masquerades);
            made.Add(new MadeConversation(conversation, atClient, atServer, figures));
            foreach (var (figure, sums) in figures.Sums)
            {
                expected.Add(figure, sums);
            }
        }

        foreach (var (pod, way, count) in wire.Others(conversations))
        {
            if (!IsFromGateway(pod, way))
            {
                throw new LabException($"a packet of no conversation at {pod}: {way}");
            }

            Expectation.AddWithinNode(expected, Party.Node(pod.Node!.Name), pod.Party, "icmpv6", count);
        }

        return new MadeTraffic(expected, made);
    }

    // A router tells of better ways (redirects, RFC 4861, section 8), by its link-local address.
    private static bool IsFromGateway(TrafficEnd pod, Way way) =>
        way is { Protocol: 58, Source.IsIPv6LinkLocal: true }
        && way.Destination.Equals(pod.Address(v6: true));

    private static Dictionary<int, Payload> RunAll(IReadOnlyList<Conversation> conversations)
    {
        // Threads of their own: they block, and those of the pool would not do for so many.
        var next = -1;
        var payloads = new Payload[conversations.Count];
        var failures = new List<Exception>();
        var threads = Enumerable
            .Range(0, AtOnce)
            .Select(_ => new Thread(() =>
            {
                int at;
                while ((at = Interlocked.Increment(ref next)) < conversations.Count)
                {
                    try
                    {
                        payloads[at] = ConversationRunner.Run(conversations[at]);
                    }
                    catch (Exception e) when (e is LabException or InvalidOperationException)
                    {
                        lock (failures)
                        {
                            failures.Add(e);
                        }
                    }
                }
            }))
            .ToArray();
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        return failures.Count == 0
            ? conversations.Zip(payloads).ToDictionary(each => each.First.Number, each => each.Second)
            : throw new LabException(string.Join("; ", failures.Select(failure => failure.Message)));
    }

    // The capture is only as good as tcpdump: sockets know what they moved.
    private static void Verify(Conversation conversation, Payload payload, Carried atClient, Carried atServer)
    {
        var headers = conversation.V6 ? LeastHeadersV6 : LeastHeadersV4;
        var plausible = conversation.Protocol switch
        {
            "tcp" => atClient.Forth.Bytes >= payload.Sent + (atClient.Forth.Packets * headers)
                && atClient.Back.Bytes >= payload.Received + (atClient.Back.Packets * headers),
            "udp" when conversation.Server is not null => atClient.Forth.Bytes
                == payload.Sent + (conversation.Times * (headers - 12L))
                && atClient.Back.Bytes == payload.Received + (conversation.Times * (headers - 12L)),
            _ => atClient.Forth.Packets >= conversation.Times,
        };
        if (!plausible || atClient != atServer)
        {
            throw new LabException(
                $"{conversation}: sockets say {payload}, the client's interface {atClient}, the server's {atServer}"
            );
        }
    }
}

/// <summary>What was made, and what has to be told of it.</summary>
public sealed record MadeTraffic(FigureTable Figures, IReadOnlyList<MadeConversation> Conversations);

/// <summary>A conversation as it was on the wire.</summary>
/// <param name="AtClient">At the client's side.</param>
/// <param name="AtServer">At the server's.</param>
/// <param name="Figures">What it adds to every figure.</param>
public sealed record MadeConversation(
    Conversation Conversation,
    Carried AtClient,
    Carried AtServer,
    FigureTable Figures
);
