using NetMon.Core.Flows;
using NetMon.Terminal.Flows;

namespace NetMon.Tests.Terminal;

/// <summary>What a person sees of a cluster's flows, at several widths.</summary>
public sealed class NamedFlowTableTests
{
    [Fact]
    public void At_80_columns_both_ends_of_a_name_are_left() =>
        Assert.Equal(
            """
            SOURCE                DESTINATION           PROTO  STATE          SENT  RECEIVED
            shop/web              shop/redi…cart:6380)  tcp    established  12.3kB    4.57MB
            shop/web              shop/redis:6379       tcp    established    998B    1.00kB
            shop/web              shop/api:80 (svc)     tcp    established  40.0kB    90.0kB
            shop/web              kube-syst…be-dns:53)  udp    replied         68B      140B
            shop/web              shop/stock:80 (svc)   tcp    syn-sent       180B        0B
            node-1                shop/web:8080         tcp    established    700B      900B
            shop/web              office/19….100.7:443  tcp    established  5.00kB    7.00kB
            10.244.3.200:33001    203.0.113.80:443      tcp    established  2.00kB    3.00kB
            [2001:db8…:17]:50012  shop/redis:6379       tcp    established     60B       40B
            shop/web              node-1                icmp   replied      8.40kB    8.40kB

            """,
            Print(NamedFlows.All, 80)
        );

    [Fact]
    public void Where_there_is_room_nothing_is_cut() =>
        Assert.Equal(
            """
            SOURCE                     DESTINATION                            PROTO  STATE        DIR        SENT  RECEIVED  PACKETS    AGE    RTT  RETRANS  CAUSE
            shop/web                   shop/redis (svc cart:6380)             tcp    established  egress   12.3kB    4.57MB     4581  3m12s  500µs        0  -
            shop/web                   shop/redis:6379                        tcp    established  egress     998B    1.00kB        2     9s  500µs        0  -
            shop/web                   shop/api:80 (svc)                      tcp    established  egress   40.0kB    90.0kB      130    31s  500µs        0  -
            shop/web                   kube-system/coredns (svc kube-dns:53)  udp    replied      ingress     68B      140B        2     0s      -        -  -
            shop/web                   shop/stock:80 (svc)                    tcp    syn-sent     egress     180B        0B        1     2s      -        0  no-endpoints
            node-1                     shop/web:8080                          tcp    established  egress     700B      900B        2     1s  500µs        0  -
            shop/web                   office/198.51.100.7:443                tcp    established  egress   5.00kB    7.00kB       12    10m  500µs        0  -
            10.244.3.200:33001         203.0.113.80:443                       tcp    established  egress   2.00kB    3.00kB        5    61s  500µs        0  -
            [2001:db8:42:1::17]:50012  shop/redis:6379                        tcp    established  transit     60B       40B        2     5s  500µs        0  -
            shop/web                   node-1                                 icmp   replied      ingress  8.40kB    8.40kB       18   100s      -        -  -

            """,
            Print(NamedFlows.All, null)
        );

    [Fact]
    public void One_long_name_does_not_take_the_room_of_every_column()
    {
        var lines = Print([NamedFlows.ByService, NamedFlows.LongNames], 140).Split('\n');
        Assert.EndsWith("AGE    RTT", lines[0], StringComparison.Ordinal);
        Assert.Contains(" shop/redis (svc cart:6380) ", lines[1], StringComparison.Ordinal);
        Assert.Contains("wwww  nttttttt", lines[2], StringComparison.Ordinal);
        Assert.Contains("…", lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public void Wide_tells_pods_addresses_scope_and_places()
    {
        var lines = Print([NamedFlows.ByService, NamedFlows.Probe, NamedFlows.Transit], null, wide: true)
            .Split('\n');
        var start = lines[0].IndexOf("SOURCE-POD", StringComparison.Ordinal);
        var end = lines[0].IndexOf("SOURCE-IF", StringComparison.Ordinal);
        Assert.Equal(
            """
            SOURCE-POD          DEST-POD            SOURCE-ADDR                DEST-ADDR                ASKED           SCOPE            SOURCE-NODE  DEST-NODE  SOURCE-ZONE  DEST-ZONE
            web-7d4f8b9c-x2x4l  redis-0             10.244.1.17:41234          10.244.2.9:6379          10.96.7.7:6380  pod-to-pod       node-1       node-2     a            b
            -                   web-7d4f8b9c-x2x4l  192.168.0.1:51000          10.244.1.17:8080         -               node-to-pod      node-1       node-1     a            a
            -                   redis-0             [2001:db8:42:1::17]:50012  [fd00:10:244:2::9]:6379  -               external-to-pod  -            node-2     -            b
            """,
            string.Join('\n', lines[..4].Select(line => line[start..end].TrimEnd()))
        );
    }

    [Fact]
    public void Wide_has_no_column_that_no_flow_needs()
    {
        var text = Print([NamedFlows.UnknownPod], null, wide: true);
        Assert.Contains("SCOPE", text, StringComparison.Ordinal);
        foreach (var header in new[] { "-POD", "-ADDR", "ASKED", "-NODE", "-ZONE" })
        {
            Assert.DoesNotContain(header, text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Unneeded_columns_are_not_said_to_be_missing()
    {
        using var output = new CapturedOutput(1_000);
        var list = FlowText.Views(NamedFlows.UnknownPod);
        var context = new FlowColumnContext(output.Target.Glyphs, TimeZoneInfo.Utc, list.Time);
        Assert.Equal(
            0,
            FlowListPrinter.Print(list.Flows, FlowColumns.List(context, wide: true), output.Target)
        );
    }

    [Fact]
    public void A_service_is_told_where_its_backend_has_no_name()
    {
        var flow = NamedFlows.ByService;
        flow.Attribution.Destination = Core.Endpoints.Endpoint.UnknownPod;
        Assert.Contains(
            "10.244.2.9:6379 (svc shop/cart:6380)",
            Print([flow], null),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void An_address_that_was_translated_for_no_service_is_in_the_wide_table()
    {
        var flow = NamedFlows.ByService;
        flow.Attribution.Service = null;
        Assert.Contains(" shop/redis:6379 ", Print([flow], null), StringComparison.Ordinal);
        Assert.Contains("10.96.7.7:6380", Print([flow], null, wide: true), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void No_line_is_wider_than_the_terminal(bool wide)
    {
        for (var width = 1; width <= 300; width++)
        {
            Assert.All(
                Print([.. NamedFlows.All, NamedFlows.LongNames], width, wide).Split('\n'),
                line => Assert.InRange(line.Length, 0, width)
            );
        }
    }

    [Fact]
    public void Names_from_a_cluster_cannot_command_the_terminal()
    {
        const string Hostile = "a\e[2J\u202e\u009b31m\r\n\u0301";
        var flow = NamedFlows.Name(
            FlowText.Tcp("10.244.1.17", 1, "10.244.1.18", 2),
            NamedFlows.Pod(Hostile, Hostile, Hostile, Hostile, Hostile, Hostile),
            Core.Endpoints.Endpoint.NamedExternal(Hostile),
            Core.Endpoints.FlowScope.PodToExternal,
            NamedFlows.Service(Hostile, Hostile, 80),
            "10.96.0.1"
        );
        foreach (var width in new int?[] { 80, 200, null })
        {
            var text = Print([flow], width, wide: true);
            Assert.All(
                text,
                c => Assert.True(c is '\n' or (>= ' ' and <= '~') or '…' or 'µ', $"U+{(int)c:x4}")
            );
            Assert.Equal(2, text.Count(c => c == '\n'));
        }
    }

    [Fact]
    public void In_a_stream_on_a_terminal_columns_come_with_the_first_row_that_needs_them()
    {
        using var output = new CapturedOutput(400);
        var context = new FlowColumnContext(output.Target.Glyphs, TimeZoneInfo.Utc, Now: null);
        var printer = new FlowStreamPrinter<FlowView>(
            FlowColumns.Stream(context, () => FlowText.Now, wide: true),
            output.Target
        );
        printer.Print(FlowText.View(FlowTableTests.Flows[0]));
        Assert.DoesNotContain("SOURCE-POD", output.Text, StringComparison.Ordinal);
        printer.Print(FlowText.View(NamedFlows.ByService));
        Assert.Contains("SOURCE-POD", output.Text, StringComparison.Ordinal);
        Assert.Contains("web-7d4f8b9c-x2x4l", output.Text, StringComparison.Ordinal);
        Assert.Equal(4, output.Text.Count(c => c == '\n'));
    }

    [Fact]
    public void In_a_stream_into_a_pipe_all_columns_are_there_from_the_start()
    {
        using var output = new CapturedOutput();
        var context = new FlowColumnContext(output.Target.Glyphs, TimeZoneInfo.Utc, Now: null);
        var printer = new FlowStreamPrinter<FlowView>(
            FlowColumns.Stream(context, () => FlowText.Now, wide: true),
            output.Target
        );
        printer.Print(FlowText.View(FlowTableTests.Flows[0]));
        Assert.Contains("SOURCE-POD", output.Text, StringComparison.Ordinal);
        Assert.Contains("DEST-ZONE", output.Text, StringComparison.Ordinal);
    }

    private static string Print(Flow[] flows, int? width, bool wide = false)
    {
        using var output = new CapturedOutput(width);
        var list = FlowText.Views(flows);
        var context = new FlowColumnContext(output.Target.Glyphs, TimeZoneInfo.Utc, list.Time);
        FlowListPrinter.Print(list.Flows, FlowColumns.List(context, wide), output.Target);
        return output.Text;
    }
}
