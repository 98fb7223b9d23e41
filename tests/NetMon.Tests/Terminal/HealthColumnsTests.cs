using NetMon.Core.Flows;
using NetMon.Terminal;
using NetMon.Terminal.Flows;

namespace NetMon.Tests.Terminal;

/// <summary>What <c>netmon flows -o wide</c> tells of a connection's health, and of whose sockets it has.</summary>
public sealed class HealthColumnsTests
{
    [Fact]
    public void A_healthy_flow_of_nobody_here_needs_none_of_them()
    {
        var header = Print([NamedFlows.Direct])[0];
        Assert.DoesNotContain("RTT-", header, StringComparison.Ordinal);
        Assert.DoesNotContain("TROUBLES", header, StringComparison.Ordinal);
        Assert.DoesNotContain("PROC", header, StringComparison.Ordinal);
    }

    [Fact]
    public void A_flow_in_trouble_tells_what_it_is()
    {
        var lines = Print([Troubled()]);
        var start = lines[0].IndexOf("RTT-SOURCE", StringComparison.Ordinal);
        var end = lines[0].IndexOf("SOURCE-POD", StringComparison.Ordinal);
        Assert.Equal(
            [
                ("RTT-SOURCE", "20µs"),
                ("RTT-DEST", "1.50ms"),
                ("FIRST-BYTE", "7.00ms"),
                ("TROUBLES", "3 fast, 1 timeout, 12 gaps"),
                ("DROPS", "4 NETFILTER_DROP, 1 MTU"),
                ("SOURCE-PROC", "curl/4711"),
                ("DEST-PROC", "redis-server/12 (3f4e5a6b7c8d)"),
                ("SOCKET", "source 1.60ms~200µs"),
            ],
            Cells(lines[0][start..end]).Zip(Cells(lines[1][start..end]))
        );
    }

    [Fact]
    public void Texts_of_a_server_are_made_safe()
    {
        var flow = Troubled() with { SourceOwner = new(1, "a\u001b[31mb", "", "", "") };
        flow.Drops = new([new("\u001bX", 1, 1, 0, 0)]);
        Assert.All(Print([flow]), line => Assert.DoesNotContain('\u001b', line));
    }

    [Fact]
    public void The_cause_is_kept_on_a_narrow_terminal_if_failures_were_asked_for()
    {
        using var output = new CapturedOutput(width: 80);
        var context = new FlowColumnContext(Glyphs.Unicode, TimeZoneInfo.Utc, FlowText.Now)
        {
            OfFailures = true,
        };
        FlowListPrinter.Print(
            [FlowText.View(NamedFlows.WithoutEndpoints)],
            FlowColumns.List(context, wide: false),
            output.Target
        );
        Assert.Contains("no-endpoints", output.Text, StringComparison.Ordinal);
    }

    private static string[] Cells(string line) =>
        line.Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static Flow Troubled()
    {
        var flow = NamedFlows.Direct with
        {
            FirstByteUs = 7000,
            SourceRoundTrips = new(10, 30),
            DestinationRoundTrips = new(1000, 2000),
            SourceOwner = new(4711, "curl", "", "", ""),
            DestinationOwner = new(12, "redis-server", "", "3f4e5a6b7c8d9e0f", ""),
            SourceSocket = new()
            {
                ReadNs = 1,
                SrttUs = 1600,
                RttVarUs = 200,
            },
            Drops = new([new("NETFILTER_DROP", 3, 180, 1, 60), new("MTU", 0, 0, 1, 1500)]),
        };
        flow.Total.SourceHealth = new() { FastRetransmits = 1, Gaps = 12 };
        flow.Total.SourceHealth.RoundTrips = 3;
        flow.Total.SourceHealth.RoundTripSumUs = 60;
        flow.Total.DestinationHealth = new() { FastRetransmits = 2, TimeoutRetransmits = 1 };
        flow.Total.DestinationHealth.RoundTrips = 2;
        flow.Total.DestinationHealth.RoundTripSumUs = 3000;
        return flow;
    }

    private static string[] Print(Flow[] flows)
    {
        using var output = new CapturedOutput();
        var context = new FlowColumnContext(Glyphs.Unicode, TimeZoneInfo.Utc, FlowText.Now);
        FlowListPrinter.Print(
            [.. flows.Select(flow => FlowText.View(flow))],
            FlowColumns.List(context, wide: true),
            output.Target
        );
        return output.Text.Split('\n');
    }
}
