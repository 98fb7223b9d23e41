using NetMon.Bpf.Tests.TestRun;
using NetMon.Testing.Packets;

namespace NetMon.Bpf.Tests.Tracking;

/// <summary>By sequence number alone, without health: what an end sends below the highest number it has sent, it sends again.</summary>
public sealed class RetransmitTests
{
    private static readonly FlowProgramOptions BySequence = new() { TcpHealth = false };

    public static TheoryData<uint> Starts => [1000u, 0u, uint.MaxValue, uint.MaxValue - 150, 0x7fff_ff00u];

    [SkippableTheory]
    [MemberData(nameof(Starts))]
    public void A_segment_sent_again_counts_once_with_its_payload(uint start)
    {
        using var run = new KernelRun(BySequence);
        var connection = new Conversation(run, start).Open();
        var first = connection.ClientNext;
        connection.Client(TcpFlags.Ack, 100).Client(TcpFlags.Ack, 100).Server(TcpFlags.Ack);
        run.Feed(Conversation.FromClient(TcpFlags.Ack, first, 100));
        run.Feed(Conversation.FromClient(TcpFlags.Ack, first + 100, 100));
        run.Feed(Conversation.FromClient(TcpFlags.Ack, first, 200));

        var flow = run.DrainSingle();
        Assert.Equal((3u, 400ul), flow.RetransmitsSent);
        Assert.Equal((0u, 0ul), flow.RetransmitsReceived);
    }

    [SkippableTheory]
    [MemberData(nameof(Starts))]
    public void Fresh_segments_in_order_are_none(uint start)
    {
        using var run = new KernelRun(BySequence);
        var connection = new Conversation(run, start, start + 77).Open();
        for (var i = 0; i < 50; i++)
        {
            connection.Client(TcpFlags.Ack, 10).Server(TcpFlags.Ack, 1400);
        }

        connection.Close();
        var flow = run.DrainSingle();
        Assert.Equal((0u, 0ul), flow.RetransmitsSent);
        Assert.Equal((0u, 0ul), flow.RetransmitsReceived);
    }

    [SkippableTheory]
    [MemberData(nameof(Starts))]
    public void A_partial_overlap_counts_the_overlapping_bytes(uint start)
    {
        using var run = new KernelRun(BySequence);
        var connection = new Conversation(run, start).Open();
        var first = connection.ClientNext;
        connection.Client(TcpFlags.Ack, 100);
        run.Feed(Conversation.FromClient(TcpFlags.Ack, first + 60, 100));
        run.Feed(Conversation.FromClient(TcpFlags.Ack, first + 160, 10));

        Assert.Equal(40ul, run.DrainSingle().RetransmitsSent.Bytes);
    }

    [SkippableFact]
    public void Each_direction_has_its_own()
    {
        using var run = new KernelRun(BySequence);
        new Conversation(run).Open().Client(TcpFlags.Ack, 100).Server(TcpFlags.Ack, 300);
        run.Feed(
            Conversation.FromServer(TcpFlags.Ack, 5001, 300),
            Conversation.FromServer(TcpFlags.Ack, 5001, 300)
        );
        run.Feed(Conversation.FromClient(TcpFlags.Ack, 1001, 100));

        var flow = run.DrainSingle();
        Assert.Equal((1u, 100ul), flow.RetransmitsSent);
        Assert.Equal((2u, 600ul), flow.RetransmitsReceived);
    }

    [SkippableFact]
    public void Keep_alive_probes_are_not_retransmissions()
    {
        using var run = new KernelRun(BySequence);
        var connection = new Conversation(run).Open().Client(TcpFlags.Ack, 100).Server(TcpFlags.Ack);
        run.Feed(Conversation.FromClient(TcpFlags.Ack, connection.ClientNext - 1));
        run.Feed(Conversation.FromClient(TcpFlags.Ack, connection.ClientNext - 1, 1));
        run.Feed(Conversation.FromServer(TcpFlags.Ack, connection.ServerNext - 1));
        connection.Client(TcpFlags.Ack, 10);

        var flow = run.DrainSingle();
        Assert.Equal((0u, 0ul), flow.RetransmitsSent);
        Assert.Equal((0u, 0ul), flow.RetransmitsReceived);
    }

    [SkippableFact]
    public void Pure_acknowledgments_are_never_retransmissions()
    {
        using var run = new KernelRun(BySequence);
        new Conversation(run).Open().Client(TcpFlags.Ack, 100);
        for (var i = 0; i < 5; i++)
        {
            run.Feed(Conversation.FromServer(TcpFlags.Ack, 5001));
            run.Feed(Conversation.FromClient(TcpFlags.Ack, 1001));
        }

        var flow = run.DrainSingle();
        Assert.Equal((0u, 0ul), flow.RetransmitsSent);
        Assert.Equal((0u, 0ul), flow.RetransmitsReceived);
    }

    [SkippableFact]
    public void The_first_segment_of_a_connection_joined_midway_is_not_one()
    {
        using var run = new KernelRun(BySequence);
        run.Feed(Conversation.FromClient(TcpFlags.Ack, 0x9000_0000, 100));
        run.Feed(Conversation.FromServer(TcpFlags.Ack, 0x1000_0000, 100));
        run.Feed(Conversation.FromServer(TcpFlags.Ack, 0x1000_0064, 100));

        var flow = run.DrainSingle();
        Assert.Equal((0u, 0ul), flow.RetransmitsSent);
        Assert.Equal((0u, 0ul), flow.RetransmitsReceived);
    }

    [SkippableTheory]
    [InlineData(0x9000_0000u)]
    [InlineData(0x1000_0000u)]
    public void After_a_reset_or_a_fragment_as_an_ends_first_packet_its_first_segment_is_not_one(uint start)
    {
        using var run = new KernelRun(BySequence);
        run.Feed(Conversation.FromClient(TcpFlags.Ack, 1, 10));
        run.Feed(Conversation.FromServer(TcpFlags.Rst, start));
        run.Feed(Conversation.FromServer(TcpFlags.Ack, start, 100));
        Assert.Equal((0u, 0ul), run.DrainSingle().RetransmitsReceived);

        using var fragmented = new KernelRun(BySequence);
        foreach (var fragment in Conversation.FromClient(TcpFlags.Ack, start, 2000).Fragment(1480, 1))
        {
            fragmented.Feed(fragment);
        }

        fragmented.Feed(Conversation.FromClient(TcpFlags.Ack, start + 2000, 100));
        Assert.Equal((0u, 0ul), fragmented.DrainSingle().RetransmitsSent);
    }

    [SkippableFact]
    public void Resets_with_any_sequence_number_are_not_retransmissions_and_move_nothing()
    {
        using var run = new KernelRun(BySequence);
        var connection = new Conversation(run).Open().Client(TcpFlags.Ack, 100).Server(TcpFlags.Ack, 100);
        run.Feed(Conversation.FromServer(TcpFlags.Rst, 0x7000_0000));
        connection.Server(TcpFlags.Ack, 100);

        Assert.Equal((0u, 0ul), run.DrainSingle().RetransmitsReceived);
    }
}
