using NetMon.Core.Flows;
using NetMon.Terminal;
using NetMon.Terminal.Flows;

namespace NetMon.Tests.Terminal;

/// <summary>What a person sees of a list, at several widths.</summary>
public sealed class FlowTableTests
{
    [Fact]
    public void At_60_columns_the_ends_and_the_bytes_are_left() =>
        Assert.Equal(
            """
            SOURCE                DESTINATION             SENT  RECEIVED
            10.244.1.17:41234     10.244.3.9:443        12.3kB    4.57MB
            10.244.1.17:53211     10.96.0.10:53            68B      140B
            10.244.1.17           192.0.2.1             8.40kB    8.40kB
            10.244.1.17:41302     10.0.0.80:8080           60B       40B
            [2001:db8…:17]:50012  [2001:db8…5432]:5432    998B    1.00kB

            """,
            Print(60)
        );

    [Fact]
    public void At_80_columns_protocol_and_state_join_and_long_addresses_are_shortened() =>
        Assert.Equal(
            """
            SOURCE                DESTINATION           PROTO  STATE          SENT  RECEIVED
            10.244.1.17:41234     10.244.3.9:443        tcp    established  12.3kB    4.57MB
            10.244.1.17:53211     10.96.0.10:53         udp    replied         68B      140B
            10.244.1.17           192.0.2.1             icmp   replied      8.40kB    8.40kB
            10.244.1.17:41302     10.0.0.80:8080        tcp    reset           60B       40B
            [2001:db8…:17]:50012  [2001:db8…5432]:5432  tcp    established    998B    1.00kB

            """,
            Print(80)
        );

    [Fact]
    public void At_120_columns_addresses_are_whole_and_times_and_causes_join() =>
        Assert.Equal(
            """
            SOURCE                     DESTINATION                 PROTO  STATE          SENT  RECEIVED    AGE    RTT  CAUSE
            10.244.1.17:41234          10.244.3.9:443              tcp    established  12.3kB    4.57MB  3m12s  500µs  -
            10.244.1.17:53211          10.96.0.10:53               udp    replied         68B      140B     0s      -  -
            10.244.1.17                192.0.2.1                   icmp   replied      8.40kB    8.40kB   100s      -  -
            10.244.1.17:41302          10.0.0.80:8080              tcp    reset           60B       40B     2s      -  refused
            [2001:db8:42:1::17]:50012  [2001:db8:42:2::5432]:5432  tcp    established    998B    1.00kB    25h  1.02s  -

            """,
            Print(120)
        );

    private const string Whole = """
        SOURCE                     DESTINATION                 PROTO  STATE        DIR        SENT  RECEIVED  PACKETS    AGE    RTT  RETRANS  CAUSE
        10.244.1.17:41234          10.244.3.9:443              tcp    established  egress   12.3kB    4.57MB     4581  3m12s  500µs        0  -
        10.244.1.17:53211          10.96.0.10:53               udp    replied      ingress     68B      140B        2     0s      -        -  -
        10.244.1.17                192.0.2.1                   icmp   replied      ingress  8.40kB    8.40kB       18   100s      -        -  -
        10.244.1.17:41302          10.0.0.80:8080              tcp    reset        egress      60B       40B        2     2s      -        0  refused
        [2001:db8:42:1::17]:50012  [2001:db8:42:2::5432]:5432  tcp    established  egress     998B    1.00kB        2    25h  1.02s       12  -

        """;

    [Fact]
    public void At_200_columns_all_of_a_table_fits() => Assert.Equal(Whole, Print(200));

    [Fact]
    public void Where_there_is_no_terminal_nothing_is_cut() => Assert.Equal(Whole, Print(null));

    [Fact]
    public void Wide_adds_every_column() =>
        Assert.Equal(
            """
            SOURCE                     DESTINATION                 PROTO  STATE        DIR        SENT  RECEIVED  PKTS-SENT  PKTS-RECV    AGE    RTT  RETRANS  CAUSE    SOURCE-IF  DEST-IF       FLAGS-SENT   FLAGS-RECV  ICMP  CONNECT  SYN-RETRIES  APP  CLASS   START                LAST
            10.244.1.17:41234          10.244.3.9:443              tcp    established  egress   12.3kB    4.57MB         13       4568  3m12s  500µs        0  -        eth0       veth1a2b3c4d  SYN,ACK,PSH  SYN,ACK     -       500µs            0  -    direct  2026-03-01 11:56:48  2026-03-01 11:59:59
            10.244.1.17:53211          10.96.0.10:53               udp    replied      ingress     68B      140B          1          1     0s      -        -  -        eth0       veth1a2b3c4d  -            -           -           -            -  -    direct  2026-03-01 11:59:59  2026-03-01 11:59:59
            10.244.1.17                192.0.2.1                   icmp   replied      ingress  8.40kB    8.40kB          9          9   100s      -        -  -        eth0       veth1a2b3c4d  -            -           8/0         -            -  -    direct  2026-03-01 11:58:20  2026-03-01 11:59:59
            10.244.1.17:41302          10.0.0.80:8080              tcp    reset        egress      60B       40B          1          1     2s      -        0  refused  eth0       veth1a2b3c4d  SYN,ACK,PSH  SYN,ACK     -           -            0  -    direct  2026-03-01 11:59:58  2026-03-01 11:59:59
            [2001:db8:42:1::17]:50012  [2001:db8:42:2::5432]:5432  tcp    established  egress     998B    1.00kB          1          1    25h  1.02s       12  -        eth0       veth1a2b3c4d  SYN,ACK,PSH  SYN,ACK     -       1.02s            1  -    direct  2026-02-28 11:00:00  2026-03-01 11:59:59

            """,
            Print(null, wide: true)
        );

    [Fact]
    public void Where_the_locale_is_not_utf8_the_table_is_ascii() =>
        Assert.All(Print(60, glyphs: Glyphs.Ascii), c => Assert.True(char.IsAscii(c)));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void No_line_is_wider_than_the_terminal(bool wide)
    {
        for (var width = 1; width <= 220; width++)
        {
            Assert.All(Print(width, wide).Split('\n'), line => Assert.InRange(line.Length, 0, width));
        }
    }

    [Fact]
    public void Colour_changes_no_text()
    {
        var coloured = Print(120, colour: true);
        Assert.Contains("\e[31mrefused\e[0m", coloured, StringComparison.Ordinal);
        Assert.Contains("\e[2mSOURCE\e[0m", coloured, StringComparison.Ordinal);
        Assert.Equal(Print(120), Ansi.Strip(coloured));
    }

    [Fact]
    public void Names_and_words_from_outside_cannot_command_the_terminal()
    {
        var flow = FlowText.View(Flows[0]);
        var hostile = new FlowView
        {
            Id = flow.Id,
            Start = flow.Start,
            Last = flow.Last,
            Protocol = "tcp\e[2J",
            State = "\u009b31mestablished",
            Status = flow.Status,
            Direction = "in\ngress",
            Source = new EndpointView
            {
                Ip = "10.0.0.1\r",
                Port = 1,
                Interface = "\e]0;title\a",
            },
            Destination = new EndpointView { Ip = "10.0.0.2\u202e", Interface = new string('x', 500) },
            Sent = flow.Sent,
            Received = flow.Received,
            Class = "\0",
            Cause = "\u2028",
            Tcp = flow.Tcp,
        };
        foreach (var width in new int?[] { 80, 200, null })
        {
            var text = Print(
                new FlowListView
                {
                    Time = FlowText.Now,
                    Total = 1,
                    Flows = [hostile],
                },
                width,
                wide: true
            );
            Assert.All(
                text,
                c => Assert.True(c is '\n' or (>= ' ' and <= '~') or '…' or 'µ', $"U+{(int)c:x4}")
            );
            Assert.Equal(2, text.Count(c => c == '\n'));
        }
    }

    internal static readonly Flow[] Flows = CreateFlows();

    private static Flow[] CreateFlows()
    {
        var refused = FlowText.Tcp("10.244.1.17", 41302, "10.0.0.80", 8080, sent: 60, received: 40, age: 2);
        refused.State = FlowState.Reset;
        refused.Status = FlowStatus.Failed;
        refused.Cause = FlowCause.Refused;
        (refused.SynToSynAckUs, refused.SynAckToAckUs, refused.ConnectUs) = (0, 0, 0);
        var slow = FlowText.Tcp(
            "2001:db8:42:1::17",
            50012,
            "2001:db8:42:2::5432",
            5432,
            sent: 998,
            received: 1_000,
            age: 90_000
        );
        slow.Total.RetransmitsSent = 12;
        slow.Total.SynRetries = 1;
        (slow.SynToSynAckUs, slow.SynAckToAckUs, slow.ConnectUs) = (1_010_000, 9_000, 1_019_000);
        return
        [
            FlowText.Tcp(
                "10.244.1.17",
                41234,
                "10.244.3.9",
                443,
                sent: 12_345,
                received: 4_567_890,
                age: 192
            ),
            FlowText.Other(
                IpProtocol.Udp,
                "10.244.1.17",
                53211,
                "10.96.0.10",
                53,
                sent: 68,
                received: 140,
                age: 0.4
            ),
            FlowText.Other(
                IpProtocol.Icmp,
                "10.244.1.17",
                77,
                "192.0.2.1",
                77,
                sent: 8_400,
                received: 8_400,
                age: 100
            ),
            refused,
            slow,
        ];
    }

    private static string Print(int? width, bool wide = false, bool colour = false, Glyphs? glyphs = null) =>
        Print(FlowText.Views(Flows), width, wide, colour, glyphs);

    private static string Print(
        FlowListView list,
        int? width,
        bool wide = false,
        bool colour = false,
        Glyphs? glyphs = null
    )
    {
        using var output = new CapturedOutput(width, colour, glyphs);
        var context = new FlowColumnContext(output.Target.Glyphs, TimeZoneInfo.Utc, list.Time);
        FlowListPrinter.Print(list.Flows, FlowColumns.List(context, wide), output.Target);
        return output.Text;
    }
}
