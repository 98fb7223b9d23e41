using System.Buffers;
using System.Text;
using System.Text.Json;
using NetMon.Core.Flows;
using NetMon.Testing;
using NetMon.Testing.Properties;

namespace NetMon.Core.Tests.Flows;

public partial class FlowJsonTests
{
    // The monotonic clock's 0 was at 2026-01-02T03:04:05.000001500Z.
    private static readonly FlowJsonContext Context = new(
        1_767_323_045_000_001_500,
        index => index is 1 or 2 ? $"eth{index}" : null
    );

    private static readonly Flow Web = new()
    {
        Source = new FlowEndpoint(NetworkAddress.FromIPv4(0x0a000001), 40000, 1),
        Destination = new FlowEndpoint(NetworkAddress.FromIPv4(0xc0000250), 443, 2),
        StartNs = 0,
        LastNs = 1_500_000_500,
        Protocol = IpProtocol.Tcp,
        State = FlowState.Reset,
        Status = FlowStatus.Ok,
        Cause = FlowCause.ResetByServer,
        Direction = FlowDirection.Egress,
        ConnectUs = 1234,
        SynToSynAckUs = 1200,
        TcpFlagsSent = 0x1a,
        TcpFlagsReceived = 0x1ff,
        Total = FlowGenerators.Counts(0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 0),
    };

    [Fact]
    public void A_TCP_flow_has_exactly_these_members()
    {
        Assert.Equal(
            """
            {"id":"bb6d768aa46bff01",
            "start":"2026-01-02T03:04:05.000001Z","last":"2026-01-02T03:04:06.500002Z",
            "protocol":"tcp","state":"reset","status":"ok","direction":"egress",
            "source":{"ip":"10.0.0.1","port":40000,"interface":"eth1"},
            "destination":{"ip":"192.0.2.80","port":443,"interface":"eth2"},
            "sent":{"bytes":2,"packets":1},"received":{"bytes":4,"packets":3},
            "tcp":{"flags_sent":"SYN,ACK,PSH","flags_received":"SYN,ACK,PSH,URG,FIN,RST,ECE,CWR,AE",
            "connect_us":1234,"syn_synack_us":1200,
            "retransmits_sent":5,"retransmits_received":6,
            "retransmitted_bytes_sent":7,"retransmitted_bytes_received":8,
            "zero_windows":19,"resets":23,"syn_retries":13},
            "class":"direct","cause":"reset-by-server"}
            """.ReplaceLineEndings(""),
            Text(json => FlowJson.Write(json, in Web, in Context))
        );
    }

    [Fact]
    public void A_connection_in_trouble_has_exactly_these_further_members()
    {
        var flow = Web with
        {
            FirstByteUs = 70,
            MssSent = 1460,
            SourceRoundTrips = new(10, 30),
            SourceOwner = new(7, "curl", "/a", "", ""),
            DestinationSocket = new()
            {
                ReadNs = 1,
                SrttUs = 5,
                RttVarUs = 2,
                Retransmits = 3,
            },
            Drops = new([new("NO_SOCKET", 1, 60, 0, 0)]),
        };
        flow.Total.SourceHealth = new() { FastRetransmits = 2, ZeroWindowNs = 1_500_999 };
        flow.Total.DestinationHealth = new() { Gaps = 4 };
        flow.Total.SourceHealth.RoundTrips = 3;
        flow.Total.SourceHealth.RoundTripSumUs = 50;
        var text = Text(json => FlowJson.Write(json, in flow, in Context));

        Assert.Contains(
            "\"connect_us\":1234,\"syn_synack_us\":1200,\"first_byte_us\":70,\"mss_sent\":1460,\"retransmits_sent\"",
            text,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "\"syn_retries\":13,\"fast_retransmits_sent\":2,\"gaps_received\":4,\"zero_window_us_sent\":1500,"
                + "\"rtt\":{\"source\":{\"samples\":3,\"min_us\":10,\"mean_us\":16,\"max_us\":30}}}",
            text,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "\"interface\":\"eth1\",\"process\":{\"pid\":7,\"command\":\"curl\",\"cgroup\":\"/a\"}}",
            text,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "\"interface\":\"eth2\",\"socket\":{\"srtt_us\":5,\"rttvar_us\":2,\"retransmits\":3}}",
            text,
            StringComparison.Ordinal
        );
        Assert.EndsWith(
            "\"drops\":[{\"reason\":\"NO_SOCKET\",\"sent_packets\":1,\"sent_bytes\":60,"
                + "\"received_packets\":0,\"received_bytes\":0}]}",
            text,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Steps_of_a_shut_window_add_up_to_the_microsecond()
    {
        var step = new FlowEvent { Flow = Web };
        var sum = 0L;
        for (var i = 0; i < 10; i++)
        {
            step.Delta.SourceHealth.ZeroWindowNs = 1_700;
            step.Flow.Total.SourceHealth.ZeroWindowNs += 1_700;
            var text = Text(json => FlowJson.Write(json, in step, in Context));
            Assert.True(FlowJsonReader.TryReadLine(Encoding.UTF8.GetBytes(text), out var line));
            sum += line.Flow!.Tcp!.ZeroWindowUsSent;
        }

        Assert.Equal(17, sum);
    }

    [Fact]
    public void A_step_has_the_counts_since_the_step_before()
    {
        var step = new FlowEvent { Kind = FlowEventKind.Close, Flow = Web };
        step.Delta.Sent.Bytes = 77;

        var text = Text(json => FlowJson.Write(json, in step, in Context));

        Assert.Contains(",\"event\":\"close\",\"start\":", text, StringComparison.Ordinal);
        Assert.Contains("\"sent\":{\"bytes\":77,\"packets\":0}", text, StringComparison.Ordinal);
        Assert.Contains("\"retransmits_sent\":0", text, StringComparison.Ordinal);
    }

    [Fact]
    public void An_echo_has_an_identifier_and_no_ports()
    {
        var flow = Web with { Protocol = IpProtocol.Icmp, IcmpType = 8, Cause = FlowCause.None };
        var text = Text(json => FlowJson.Write(json, in flow, in Context));

        Assert.Contains("\"icmp\":{\"type\":8,\"code\":0,\"id\":40000}", text, StringComparison.Ordinal);
        Assert.DoesNotContain("port", text, StringComparison.Ordinal);
        Assert.DoesNotContain("tcp", text, StringComparison.Ordinal);
        Assert.DoesNotContain("cause", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_flow_that_an_ICMP_error_quoted_tells_type_and_code()
    {
        var flow = Web with { Protocol = IpProtocol.Udp, IcmpErrorType = 3, IcmpErrorCode = 1 };
        flow.Total.IcmpErrors = 2;
        var text = Text(json => FlowJson.Write(json, in flow, in Context));

        Assert.Contains(
            "\"icmp\":{\"error_type\":3,\"error_code\":1,\"errors\":2}",
            text,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void An_interface_that_is_unknown_or_was_not_seen_is_left_out()
    {
        var flow = Web with
        {
            Source = Web.Source with { InterfaceIndex = 0 },
            Destination = Web.Destination with { InterfaceIndex = 9 },
        };
        var text = Text(json => FlowJson.Write(json, in flow, in Context));

        Assert.DoesNotContain("interface", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_loss_is_a_line_of_its_own()
    {
        var text = Text(json => FlowJson.WriteLost(json, 17));

        Assert.Equal("""{"lost":17}""", text);
        Assert.True(FlowJsonReader.TryReadLine(Encoding.UTF8.GetBytes(text), out var line));
        Assert.Equal((null, 17), (line.Flow, line.Lost));
    }

    [Fact]
    public void A_list_reads_back_with_its_total_and_time()
    {
        var text = Text(json =>
        {
            json.WriteStartObject();
            FlowJson.WriteTime(json, "time"u8, 0, in Context);
            json.WriteNumber("total", 5);
            json.WriteStartArray("flows");
            FlowJson.Write(json, in Web, in Context);
            FlowJson.Write(json, in Web, in Context);
            json.WriteEndArray();
            json.WriteEndObject();
        });

        Assert.True(FlowJsonReader.TryReadList(Encoding.UTF8.GetBytes(text), out var list));
        Assert.Equal(5, list.Total);
        Assert.Equal(2026, list.Time.Year);
        Assert.Equal([443, 443], list.Flows.Select(flow => flow.Destination.Port));
    }

    [Fact]
    public void Members_that_a_newer_agent_adds_are_passed_over()
    {
        var text = Text(json => FlowJson.Write(json, in Web, in Context));
        var newer = text[..^1] + ""","workload":{"name":"shop"}}""";

        Assert.True(FlowJsonReader.TryReadLine(Encoding.UTF8.GetBytes(newer), out var line));
        Assert.Equal("tcp", line.Flow?.Protocol);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("{\"lost\":0}")]
    [InlineData("{\"lost\":\"1\"}")]
    [InlineData("{\"id\":\"1\",\"start\":\"yesterday\"}")]
    [InlineData("<html>")]
    public void What_is_neither_flow_nor_loss_is_refused(string text)
    {
        Assert.False(FlowJsonReader.TryReadLine(Encoding.UTF8.GetBytes(text), out _));
        Assert.False(FlowJsonReader.TryReadList(Encoding.UTF8.GetBytes(text), out _));
    }

    [Fact]
    public void Writing_a_flow_allocates_nothing()
    {
        var buffer = new ArrayBufferWriter<byte>(1 << 16);
        using var json = new Utf8JsonWriter(buffer);
        var names = new[] { "lo", "eth1", "eth2" };
        var context = new FlowJsonContext(1_767_323_045_000_001_500, index => names[index]);

        Assert.Equal(
            0,
            Allocation.Of(() =>
            {
                for (var i = 0; i < 1000; i++)
                {
                    buffer.ResetWrittenCount();
                    json.Reset(buffer);
                    FlowJson.Write(json, in Web, in context);
                    json.Flush();
                }
            })
        );
    }

    private static string Text(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            write(json);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
