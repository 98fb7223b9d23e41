using System.Net;
using System.Net.Sockets;
using NetMon.Bpf.Netlink;

namespace NetMon.Bpf.Tests.Netlink;

public class ConntrackTests
{
    [SkippableTheory]
    [InlineData("10.96.0.1", 80, "to the backend")]
    [InlineData("10.96.0.2", 80, "to the backend, from the router")]
    [InlineData("10.96.0.3", 80, "to the backend, from another address")]
    [InlineData("10.9.2.2", TranslatingRouter.MasqueradedPort, "from the router")]
    [InlineData("10.9.2.2", TranslatingRouter.ServerPort, "not at all")]
    [InlineData("fd96::1", 80, "to the backend")]
    [InlineData("fd96::2", 80, "to the backend, from the router")]
    [InlineData("fd96::3", 80, "to the backend, from another address")]
    [InlineData("fd09:2::2", TranslatingRouter.MasqueradedPort, "from the router")]
    [InlineData("fd09:2::2", TranslatingRouter.ServerPort, "not at all")]
    public void A_connection_is_found_from_both_sides_as_conntrack_lists_it(
        string address,
        int port,
        string translated
    )
    {
        using var router = new TranslatingRouter();
        using var conntrack = router.OpenConntrack();
        var serverPort = port == 80 ? TranslatingRouter.ServerPort : port;
        var tcp = router.Talk(ProtocolType.Tcp, address, port, serverPort);
        var udp = router.Talk(ProtocolType.Udp, address, port, serverPort);
        var echo = router.Ping(address, 4711);

        var listed = router.List();
        foreach (var asked in (ConnectionTuple[])[tcp, udp, echo])
        {
            var expected = listed.Single(each => each.Original == asked);
            var isTranslated = expected.Reply != asked.Reversed();
            Assert.Equal(translated != "not at all" && !(asked == echo && port != 80), isTranslated);
            foreach (var side in (ConnectionTuple[])[expected.Original, expected.Reply])
            {
                var found = Find(conntrack, side)[0];
                Assert.True(found.Found, $"{side} of {asked}");
                Assert.Equal(expected.Original, found.Original);
                Assert.Equal(expected.Reply, found.Reply);
            }
        }
    }

    [SkippableFact]
    public void An_SCTP_association_is_found()
    {
        using var ns = TestNamespace.Create();
        ns.Exec([
            .. "conntrack -I -p sctp -s 10.1.1.1 -d 10.96.0.1 --sport 5 --dport 80 --reply-src 10.1.1.3 --reply-dst 10.1.1.1".Split(
                ' '
            ),
            .. "--reply-port-src 8080 --reply-port-dst 5 --state ESTABLISHED -t 100 --orig-vtag 1 --reply-vtag 2".Split(
                ' '
            ),
        ]);
        using var conntrack = NetworkNamespace.Run(ns.Path, Conntrack.Open);
        var (client, service, backend) = (
            IPAddress.Parse("10.1.1.1"),
            IPAddress.Parse("10.96.0.1"),
            IPAddress.Parse("10.1.1.3")
        );

        var found = Find(conntrack, TranslatingRouter.Tuple(132, client, 5, service, 80))[0];

        Assert.True(found.Found);
        Assert.Equal(TranslatingRouter.Tuple(132, backend, 8080, client, 5), found.Reply);
    }

    [SkippableFact]
    public void Packets_behind_the_translation_are_found_reversed_only()
    {
        using var router = new TranslatingRouter();
        using var conntrack = router.OpenConntrack();
        var asked = router.Talk(ProtocolType.Tcp, "10.96.0.2", 80);

        var reply = Find(conntrack, asked)[0].Reply;

        Assert.False(Find(conntrack, reply.Reversed())[0].Found);
        Assert.True(Find(conntrack, reply)[0].Found);
    }

    [SkippableFact]
    public void What_is_not_tracked_is_not_found()
    {
        using var router = new TranslatingRouter();
        using var conntrack = router.OpenConntrack();
        var known = router.Talk(ProtocolType.Udp, "10.96.0.1", 80);
        var otherPort = known with { SourcePort = (ushort)(known.SourcePort ^ 1) };
        var otherProtocol = known with { Protocol = 6 };
        var mixed = known with
        {
            Source = TranslatingRouter.Tuple(0, IPAddress.IPv6Loopback, 0, IPAddress.IPv6Loopback, 0).Source,
        };

        var found = Find(conntrack, otherPort, known, otherProtocol, mixed, default);

        Assert.Equal([false, true, false, false, false], found.Select(each => each.Found));
        Assert.DoesNotContain(found, each => each.Unanswered);
    }

    [SkippableFact]
    public void A_namespace_that_tracks_nothing_finds_nothing()
    {
        using var ns = TestNamespace.Create();
        using var conntrack = NetworkNamespace.Run(ns.Path, Conntrack.Open);

        var found = Find(conntrack, Numbered(1), Numbered(2));

        Assert.DoesNotContain(found, each => each.Found || each.Unanswered);
    }

    [SkippableTheory]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(1000)]
    public void Answers_come_in_the_order_of_the_questions(int count)
    {
        using var router = new TranslatingRouter();
        using var conntrack = router.OpenConntrack();
        var known = router.Talk(ProtocolType.Udp, "10.96.0.1", 80);
        var echo = router.Ping("fd96::1", 99);
        var asked = Enumerable.Range(0, count).Select(Numbered).ToArray();
        asked[0] = known;
        asked[count / 2] = echo;
        asked[^1] = known;

        var found = Find(conntrack, asked);

        for (var i = 0; i < count; i++)
        {
            Assert.Equal(asked[i] == known || asked[i] == echo, found[i].Found);
            Assert.True(!found[i].Found || found[i].Original == asked[i]);
            Assert.False(found[i].Unanswered);
        }
    }

    [SkippableFact]
    public void A_batch_of_nothing_but_echoes_is_answered()
    {
        using var router = new TranslatingRouter();
        using var conntrack = router.OpenConntrack();
        var echoes = Enumerable
            .Range(1, 100)
            .Select(number => router.Ping("10.96.0.1", (ushort)number))
            .ToArray();

        var found = Find(conntrack, echoes);

        Assert.All(found, each => Assert.True(each.Found));
        Assert.Equal(echoes, found.Select(each => each.Original));
    }

    [SkippableFact]
    public void A_connection_that_is_forgotten_is_not_found_any_more()
    {
        using var router = new TranslatingRouter();
        using var conntrack = router.OpenConntrack();
        var known = router.Talk(ProtocolType.Udp, "fd96::1", 80);
        Assert.True(Find(conntrack, known)[0].Found);

        router.Flush();

        Assert.False(Find(conntrack, known)[0].Found);
    }

    [SkippableFact]
    public void Answers_without_room_are_reported_and_the_next_question_is_answered()
    {
        using var router = new TranslatingRouter();
        using var conntrack = router.OpenConntrack();
        var known = router.Talk(ProtocolType.Udp, "10.96.0.1", 80);
        var asked = Enumerable.Repeat(known, Conntrack.MaxBatch).ToArray();

        // The smallest room that the kernel allows holds about two answers.
        conntrack.SetReceiveBuffer(1);
        var found = Find(conntrack, asked);

        Assert.Contains(found, each => each.Found);
        Assert.Contains(found, each => each.Unanswered);
        Assert.All(found, each => Assert.NotEqual(each.Found, each.Unanswered));
        Assert.True(Find(conntrack, known)[0].Found);
    }

    [SkippableFact]
    public void Looking_up_allocates_nothing()
    {
        using var router = new TranslatingRouter();
        using var conntrack = router.OpenConntrack();
        var known = router.Talk(ProtocolType.Tcp, "10.96.0.1", 80);
        var asked = Enumerable.Range(0, 200).Select(i => i % 2 == 0 ? known : Numbered(i)).ToArray();
        var found = new TranslatedConnection[asked.Length];
        Round();
        // A collection that another thread brings about counts the rest of this one's buffer as used.
        Assert.Equal(0, Enumerable.Range(0, 50).Min(_ => Round()));

        long Round()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            conntrack.Find(asked, found);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [SkippableFact]
    public void Without_privileges_it_says_so()
    {
        Privileges.Require();
        var output = Shell.Run(
            "setpriv",
            "--bounding-set=-all",
            "--inh-caps=-all",
            "dotnet",
            ChildProcess.Assembly,
            "conntrack"
        );

        Assert.StartsWith("cannot ask for tracked connections", output, StringComparison.Ordinal);
        Assert.Contains("CAP_NET_ADMIN", output, StringComparison.Ordinal);
    }

    private static TranslatedConnection[] Find(Conntrack conntrack, params ConnectionTuple[] asked)
    {
        var found = new TranslatedConnection[asked.Length];
        conntrack.Find(asked, found);
        return found;
    }

    /// <summary>One of many tuples that nobody uses.</summary>
    private static ConnectionTuple Numbered(int number) =>
        TranslatingRouter.Tuple(17, IPAddress.Parse("192.0.2.1"), number, IPAddress.Parse("192.0.2.2"), 9);
}
