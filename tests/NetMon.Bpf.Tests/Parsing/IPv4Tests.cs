using NetMon.Bpf.Tests.TestRun;
using NetMon.Testing.Packets;
using static NetMon.Bpf.Tests.Parsing.Samples;

namespace NetMon.Bpf.Tests.Parsing;

public sealed class IPv4Tests
{
    public static TheoryData<string> Lies =>
        [
            "IHL 4",
            "IHL 0",
            "IHL beyond",
            "length 0",
            "length < IHL",
            "length > frame",
            "version 6",
            "version 0",
        ];

    [SkippableTheory]
    [InlineData(4)]
    [InlineData(24)]
    [InlineData(40)]
    public void Options_are_stepped_over_and_counted(int length)
    {
        using var run = new KernelRun();
        var options = Enumerable.Repeat((byte)1, length).ToArray();
        run.Feed(Frame.IPv4(A, B, ip => ip with { Options = options }).Tcp(1000, 80, TcpFlags.Syn));
        run.Feed(Frame.IPv4(A, B, ip => ip with { Options = options }).Udp(1000, 80).Payload(9));

        var flows = run.Drain().OrderBy(f => f.Key.Protocol).ToList();
        FlowAssert.AreNamed(flows, "6 10.0.0.1 1000 > 10.0.0.2 80", "17 10.0.0.1 1000 > 10.0.0.2 80");
        Assert.Equal([40 + length, 37 + length], flows.Select(f => f.Sent.Bytes));
    }

    [SkippableFact]
    public void Total_length_not_frame_length_is_what_counts()
    {
        using var run = new KernelRun();
        run.Feed(
            Frame
                .IPv4(A, B, ip => ip with { TotalLength = 40 })
                .Udp(1, 2, u => u with { Length = 20 })
                .Payload(500)
        );

        Assert.Equal(new Amount(1, 40), run.DrainSingle().Sent);
    }

    [SkippableTheory]
    [MemberData(nameof(Lies))]
    public void A_header_that_lies_is_malformed_and_nothing_else(string lie)
    {
        using var run = new KernelRun();
        foreach (var inner in Inners())
        {
            run.Feed(Frame.IPv4(A, B, ip => Lie(ip, lie)).Then(inner));
        }

        Assert.Empty(run.Drain());
        Assert.Equal((ulong)run.PacketsFed, run.Counters.Malformed);
        Assert.Equal(run.PacketsFed, run.OutsideFlows());
    }

    [SkippableFact]
    public void A_header_cut_short_is_malformed()
    {
        using var run = new KernelRun();

        // Tagged: test-run refuses an untagged frame that is shorter than its IP header.
        var frame = Frame.Vlan(7).IPv4(A, B).Udp(1000, 53).Payload(30).Build();
        for (var length = EthernetLayer.HeaderLength; length < frame.Length; length++)
        {
            run.Feed(frame[..length]);
        }

        Assert.Empty(run.Drain());
        Assert.Equal((ulong)run.PacketsFed, run.Counters.Malformed);
    }

    [SkippableFact]
    public void Without_link_header_lies_are_malformed_too()
    {
        using var run = new KernelRun { Link = LinkLayer.None };
        run.Feed(Packet.Bare.IPv4(A, B, ip => ip with { HeaderWords = 4 }).Udp(1, 2));
        run.Feed(Packet.Bare.IPv4(A, B, ip => ip with { TotalLength = 29 }).Udp(1, 2));

        Assert.Empty(run.Drain());
        Assert.Equal(2ul, run.Counters.Malformed);
    }

    [SkippableFact]
    public void A_wrong_checksum_is_not_ours_to_judge()
    {
        using var run = new KernelRun();
        run.Feed(
            Frame.IPv4(A, B, ip => ip with { Checksum = 0xdead }).Udp(1, 2, u => u with { Checksum = 0xdead })
        );

        Assert.Equal(new Amount(1, 28), run.DrainSingle().Sent);
    }

    private static IPv4Layer Lie(IPv4Layer ip, string lie) =>
        lie switch
        {
            "IHL 4" => ip with { HeaderWords = 4 },
            "IHL 0" => ip with { HeaderWords = 0 },
            "IHL beyond" => ip with { HeaderWords = 15, TotalLength = 48 },
            "length 0" => ip with { TotalLength = 0 },
            "length < IHL" => ip with { TotalLength = 19 },
            "length > frame" => ip with { TotalLength = 65535 },
            "version 6" => ip with { Version = 6 },
            "version 0" => ip with { Version = 0 },
            _ => throw new ArgumentOutOfRangeException(nameof(lie)),
        };

    private static IEnumerable<Packet> Inners()
    {
        yield return Packet.Bare.Tcp(1, 2, TcpFlags.Syn);
        yield return Packet.Bare.Udp(1, 2).Payload(20);
        yield return Packet.Bare.IcmpEcho(1).Payload(20);
        yield return Packet.Bare.Protocol(253, new byte[20]);
    }
}
