using NetMon.Core.Flows;
using NetMon.Terminal;
using NetMon.Terminal.Top;

namespace NetMon.Tests.Terminal;

/// <summary>What a person sees of <c>netmon top</c>.</summary>
public sealed class TopFrameTests
{
    private readonly TopState _state = new();
    private string? _trouble;

    [Fact]
    public void At_80_by_12() =>
        Assert.Equal(
            """
            netmon top  127.0.0.1:9990                                    12:00:00  every 1s
            4 flows   in 457kB/s   out 1.37kB/s   packets 462/s   measuring...

            SOURCE               DESTINATION          PROTO  SENT/s▼  RECV/s▼  PKTS/s    AGE
            10.244.1.17:41234    10.244.3.9:443       tcp     1.23kB    457kB     460  3m12s
            10.244.1.17:53211    10.96.0.10:53        udp        68B     140B       2     0s
            10.244.1.17:41302    10.0.0.80:8080       tcp          0        0       0     2s
            [2001:db8…17]:50012  [2001:db8…432]:5432  tcp          -        -       -    25h



            q quit  space pause  b p a r t sort  i invert  d direction  ? help
            """,
            Trimmed(80, 12)
        );

    [Fact]
    public void At_200_by_10_every_column_is_there() =>
        Assert.Equal(
            """
            SOURCE                     DESTINATION                 PROTO  STATE        DIR      SENT/s▼  RECV/s▼  PKTS/s   TOTAL    AGE     RTT  RETRANS  CAUSE
            10.244.1.17:41234          10.244.3.9:443              tcp    established  egress    1.23kB    457kB     460  4.58MB  3m12s   500µs        3  -
            10.244.1.17:53211          10.96.0.10:53               udp    replied      ingress      68B     140B       2    208B     0s       -        -  -
            10.244.1.17:41302          10.0.0.80:8080              tcp    reset        egress         0        0       0     60B     2s   128µs        0  refused
            [2001:db8:42:1::17]:50012  [2001:db8:42:2::5432]:5432  tcp    established  egress         -        -       -    998B    25h   1.01s       12  -
            """,
            string.Join('\n', Trimmed(200, 10).Split('\n')[3..8])
        );

    [Fact]
    public void At_40_by_6_the_addresses_are_shortened_and_the_keys_are_left_out() =>
        Assert.Equal(
            """
            netmon top  127.0.0.1:9990
            4 flows   in 457kB/s   out 1.37kB/s
            SOURCE      DESTINATI…  SENT/s▼  RECV/s▼
            10.2…41234  10.2…9:443   1.23kB    457kB
            10.2…53211  10.9…10:53      68B     140B
            10.2…41302  10.0…:8080        0        0
            """,
            Trimmed(40, 6)
        );

    [Fact]
    public void Trouble_takes_the_empty_line_and_the_rows_stay()
    {
        _trouble = "no agent answers at 127.0.0.1:9990: connection refused; asking on";
        var lines = Trimmed(80, 12).Split('\n');
        Assert.Equal(_trouble, lines[2]);
        Assert.StartsWith("10.244.1.17:41234", lines[4], StringComparison.Ordinal);
    }

    [Fact]
    public void Every_frame_fills_the_terminal_exactly_whatever_its_size()
    {
        foreach (var key in "bt?xd")
        {
            Press(key);
            for (var height = 1; height <= 30; height++)
            {
                for (var width = 1; width <= 210; width += 3)
                {
                    var lines = Frame(width, height).Split('\n');
                    Assert.Equal(height, lines.Length);
                    Assert.All(lines, line => Assert.Equal(width, line.Length));
                }
            }
        }
    }

    [Fact]
    public void Colour_changes_no_text() =>
        Assert.Equal(Frame(100, 20), Ansi.Strip(Frame(100, 20, colour: true)));

    [Fact]
    public void Hostile_text_stays_text()
    {
        _trouble = TerminalText.Clean("the agent said \e[2J");
        Assert.All(Frame(200, 20), c => Assert.True(c == '\n' || !char.IsControl(c)));
    }

    [Theory]
    [InlineData('b', "443 53 8080 5432")]
    [InlineData('p', "443 53 8080 5432")]
    [InlineData('a', "5432 443 8080 53")]
    [InlineData('r', "5432 443 8080 53")]
    [InlineData('t', "5432 443 8080 53")]
    public void A_key_orders_the_rows(char key, string ports)
    {
        Press(key);
        Assert.Equal(ports, Ports());
        Press('i');
        Assert.Equal(
            string.Join(' ', ports.Split(' ').Reverse()),
            Ports().Length == ports.Length ? Ports() : ""
        );
    }

    [Fact]
    public void A_direction_leaves_its_flows_only()
    {
        Press('d');
        Assert.Equal("53", Ports());
        Press('d');
        Assert.Equal("443 8080 5432", Ports());
    }

    [Fact]
    public void The_column_that_orders_the_table_is_shown_however_narrow_it_is()
    {
        Press('t');
        Assert.Contains("RETRANS▼", Frame(60, 10), StringComparison.Ordinal);
        Press('i');
        Assert.Contains("RETRANS▲", Frame(60, 10), StringComparison.Ordinal);
    }

    [Fact]
    public void Scrolling_ends_with_the_last_row()
    {
        _state.Press(new ConsoleKeyInfo('\0', ConsoleKey.End, shift: false, alt: false, control: false));
        Assert.Contains("2-4 of 4", Frame(100, 7), StringComparison.Ordinal);
    }

    [Fact]
    public void Figures_are_whole_or_not_there()
    {
        for (var width = 1; width < 90; width++)
        {
            var totals = Frame(width, 5).Split('\n')[1].TrimEnd();
            Assert.Matches(
                "^(4 f?l?o?w?s?|4|4 flows(   (in|out|packets) [0-9.]+[kM]?B?/s)*(   measuring...)?)$",
                totals
            );
        }
    }

    private void Press(char key) =>
        _state.Press(new ConsoleKeyInfo(key, default, shift: false, alt: false, control: false));

    private string Ports() =>
        string.Join(
            ' ',
            Frame(200, 20)
                .Split('\n')
                .Where(line => line.StartsWith("10.", StringComparison.Ordinal) || line.StartsWith('['))
                .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1].Split(':')[^1])
        );

    private string Trimmed(int width, int height) =>
        string.Join('\n', Frame(width, height).Split('\n').Select(line => line.TrimEnd()));

    private string Frame(int width, int height, bool colour = false)
    {
        var scene = new TopScene("127.0.0.1:9990", TimeSpan.FromSeconds(1), Sample(), _trouble);
        var frame = new TopFrame(colour, Glyphs.Unicode, TimeZoneInfo.Utc);
        return string.Join('\n', frame.Compose(scene, _state, width, height));
    }

    private static TopSample Sample()
    {
        var web = FlowText.Tcp(
            "10.244.1.17",
            41234,
            "10.244.3.9",
            443,
            sent: 12_345,
            received: 4_567_890,
            age: 192
        );
        web.Total.RetransmitsReceived = 3;
        var dns = FlowText.Other(
            IpProtocol.Udp,
            "10.244.1.17",
            53211,
            "10.96.0.10",
            53,
            sent: 68,
            received: 140,
            age: 0.4
        );
        var failed = FlowText.Tcp("10.244.1.17", 41302, "10.0.0.80", 8080, sent: 60, age: 2);
        (failed.State, failed.Status, failed.Cause) = (FlowState.Reset, FlowStatus.Failed, FlowCause.Refused);
        failed.SynToSynAckUs = 40;
        var slow = FlowText.Tcp(
            "2001:db8:42:1::17",
            50012,
            "2001:db8:42:2::5432",
            5432,
            sent: 998,
            age: 90_000
        );
        slow.Total.RetransmitsSent = 12;
        slow.SynToSynAckUs = 1_010_000;
        var flows = FlowText.Views(web, dns, failed, slow).Flows;
        return new TopSample(
            FlowText.Now,
            4,
            [
                new TopRow(flows[0], new FlowRate(1_234, 456_789, 460)),
                new TopRow(flows[1], new FlowRate(68, 140, 2)),
                new TopRow(flows[2], default(FlowRate)),
                new TopRow(flows[3], null),
            ]
        );
    }
}
