using NetMon.Core.Flows;
using NetMon.Terminal.Flows;

namespace NetMon.Tests.Terminal;

/// <summary>What a person sees of a stream.</summary>
public sealed class FlowStreamPrinterTests : IDisposable
{
    private static readonly Flow Web = FlowText.Tcp(
        "10.244.1.17",
        41234,
        "10.244.3.9",
        443,
        sent: 1_200,
        received: 3_400,
        age: 5
    );

    private static readonly Flow LongWeb = FlowText.Tcp(
        "2001:db8:42:1::17",
        50012,
        "2001:db8:42:2::5432",
        5432,
        sent: 1,
        received: 2
    );

    private int? _width;
    private DateTimeOffset _arrived = FlowText.Now;
    private CapturedOutput? _output;

    [Fact]
    public void At_80_columns_a_line_says_when_what_who_and_how_much() =>
        Assert.Equal(
            """
            TIME      EVENT   SOURCE                 DESTINATION              SENT  RECEIVED
            12:00:01  open    10.244.1.17:41234      10.244.3.9:443         1.20kB    3.40kB
            12:00:02  update  10.244.1.17:41234      10.244.3.9:443         1.20kB    3.40kB

            """,
            Print(80, (FlowEventKind.Open, Web), (FlowEventKind.Update, Web))
        );

    [Fact]
    public void At_160_columns_a_line_says_all() =>
        Assert.Equal(
            """
            TIME      EVENT   SOURCE                 DESTINATION            PROTO   STATE         DIR        SENT  RECEIVED  PACKETS    AGE     RTT  RETRANS  CAUSE
            12:00:01  close   10.244.1.17:41234      10.244.3.9:443         tcp     established   egress   1.20kB    3.40kB        6     4s   500µs        0  -

            """,
            Print(160, (FlowEventKind.Close, Web))
        );

    [Fact]
    public void Columns_widen_and_never_narrow_and_the_header_says_where_they_are_then() =>
        Assert.Equal(
            """
            TIME      EVENT   SOURCE                 DESTINATION            PROTO   STATE           SENT  RECEIVED    AGE     RTT  CAUSE
            12:00:01  open    10.244.1.17:41234      10.244.3.9:443         tcp     established   1.20kB    3.40kB     4s   500µs  -
            TIME      EVENT   SOURCE                       DESTINATION                  PROTO   STATE           SENT  RECEIVED    AGE  CAUSE
            12:00:02  open    [2001:db8:42:1::17]:50012    [2001:db8:42:2::5432]:5432   tcp     established       1B        2B    59s  -
            12:00:03  open    10.244.1.17:41234            10.244.3.9:443               tcp     established   1.20kB    3.40kB     4s  -

            """,
            Print(130, (FlowEventKind.Open, Web), (FlowEventKind.Open, LongWeb), (FlowEventKind.Open, Web))
        );

    [Fact]
    public void Where_there_is_no_terminal_the_header_comes_once()
    {
        var text = Print(
            null,
            (FlowEventKind.Open, Web),
            (FlowEventKind.Open, LongWeb),
            (FlowEventKind.Open, Web)
        );
        Assert.Single(text.Split('\n'), line => line.StartsWith("TIME", StringComparison.Ordinal));
        Assert.Contains("[2001:db8:42:1::17]:50012", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_terminal_of_another_size_gets_other_columns()
    {
        Print(80, (FlowEventKind.Open, Web));
        _width = 40;
        var printer = Printer();
        printer.Print(View(FlowEventKind.Open, Web));
        _width = 30;
        printer.Print(View(FlowEventKind.Open, Web));
        var lines = _output!.Text.Split('\n')[2..];
        Assert.Equal(2, lines.Count(line => line.Contains("SOURCE", StringComparison.Ordinal)));
        Assert.All(lines[^3..], line => Assert.InRange(line.Length, 0, 30));
    }

    public void Dispose() => _output?.Dispose();

    private string Print(int? width, params (FlowEventKind Kind, Flow Flow)[] steps)
    {
        _width = width;
        _output = new CapturedOutput(() => _width);
        var printer = Printer();
        foreach (var (kind, flow) in steps)
        {
            _arrived += TimeSpan.FromSeconds(1);
            printer.Print(View(kind, flow));
        }

        return _output.Text;
    }

    private FlowStreamPrinter<FlowView> Printer()
    {
        var context = new FlowColumnContext(_output!.Target.Glyphs, TimeZoneInfo.Utc, Now: null);
        return new FlowStreamPrinter<FlowView>(
            FlowColumns.Stream(context, () => _arrived, wide: false),
            _output.Target
        );
    }

    private static FlowView View(FlowEventKind kind, Flow flow) =>
        FlowJsonReader.TryReadLine(
            System.Text.Encoding.UTF8.GetBytes(FlowText.Line(kind, flow)),
            out var line
        )
            ? line.Flow!
            : throw new InvalidOperationException();
}
