using System.Buffers;
using System.Text;
using System.Text.Json;
using NetMon.Core.Endpoints;
using NetMon.Core.Flows;
using NetMon.Testing;

namespace NetMon.Core.Tests.Flows;

/// <summary>Who is at a flow's ends, in its JSON.</summary>
public class FlowJsonEndTests
{
    private static readonly FlowJsonContext Context = new(0, _ => "eth0");

    [Fact]
    public void Both_ends_tell_who_they_are_and_the_destination_what_was_asked_for()
    {
        var flow = SampleFlows.WebToCart;
        var json = Parse(in flow);

        AssertJson(
            """
            {"ip":"10.244.1.17","port":41234,"interface":"eth0","namespace":"shop","pod":"web-7d4f-x1","workload":"web",
            "kind":"Deployment","node":"node-1","zone":"a","labels":{"app":"web","tier":"front"}}
            """,
            json.GetProperty("source")
        );
        AssertJson(
            """
            {"ip":"10.244.2.9","port":6379,"interface":"eth0","namespace":"shop","pod":"redis-0","workload":"redis",
            "kind":"StatefulSet","node":"node-2","zone":"b","labels":{"app":"redis"},
            "service":{"namespace":"shop","name":"cart","port_name":"redis","ip":"10.96.7.7","port":6380}}
            """,
            json.GetProperty("destination")
        );
        Assert.Equal("pod-to-pod", json.GetProperty("scope").GetString());
        Assert.Equal("internal", json.GetProperty("traffic").GetString());
        Assert.False(json.GetProperty("same_node").GetBoolean());
        Assert.False(json.GetProperty("same_zone").GetBoolean());
    }

    [Fact]
    public void What_is_not_known_is_left_out()
    {
        var flow = SampleFlows.UnknownPodToOffice;
        var json = Parse(in flow);

        AssertJson(
            """{"ip":"10.244.9.1","port":40000,"interface":"eth0","workload":"unknown","kind":"Pod"}""",
            json.GetProperty("source")
        );
        AssertJson(
            """{"ip":"198.51.100.7","port":443,"interface":"eth0","workload":"office","kind":"External"}""",
            json.GetProperty("destination")
        );
        Assert.Equal("external", json.GetProperty("traffic").GetString());
        Assert.False(json.TryGetProperty("same_node", out _));
        Assert.False(json.TryGetProperty("same_zone", out _));
    }

    [Fact]
    public void A_flow_whose_ends_are_not_decided_says_nothing_of_them()
    {
        var flow = SampleFlows.WebToCart with { Attribution = default };
        var json = Parse(in flow);

        AssertJson("""{"ip":"10.244.1.17","port":41234,"interface":"eth0"}""", json.GetProperty("source"));
        foreach (var member in new[] { "scope", "traffic", "same_node", "same_zone" })
        {
            Assert.False(json.TryGetProperty(member, out _), member);
        }
    }

    [Fact]
    public void A_service_without_a_backend_was_asked_for_at_the_destinations_own_address()
    {
        var flow = SampleFlows.NobodyServes;
        var json = Parse(in flow);

        AssertJson(
            """
            {"ip":"10.96.9.9","port":80,"interface":"eth0","namespace":"shop","workload":"stock","kind":"Service",
            "service":{"namespace":"shop","name":"stock","ip":"10.96.9.9","port":80}}
            """,
            json.GetProperty("destination")
        );
        Assert.Equal("no-endpoints", json.GetProperty("cause").GetString());
    }

    [Fact]
    public void An_address_that_was_translated_for_no_service_has_no_name()
    {
        var flow = SampleFlows.WebToCart;
        flow.Attribution.Service = null;

        AssertJson(
            """{"ip":"10.96.7.7","port":6380}""",
            Parse(in flow).GetProperty("destination").GetProperty("service")
        );
    }

    [Fact]
    public void Two_local_ends_are_on_one_node_even_if_it_has_no_name()
    {
        var flow = SampleFlows.UnknownPodToOffice;
        (flow.Attribution.Destination, flow.Attribution.SourceLocal, flow.Attribution.DestinationLocal) = (
            Endpoint.UnknownPod,
            true,
            true
        );

        Assert.True(Parse(in flow).GetProperty("same_node").GetBoolean());
    }

    [Fact]
    public void Labels_without_end_are_counted_and_not_written()
    {
        var flow = SampleFlows.WebToCart;
        flow.Attribution.Source = new Endpoint
        {
            Kind = EndpointKind.Pod,
            Workload = new Workload("shop", "Pod", "bomb"),
            Pod = "bomb",
            Labels =
            [
                .. Enumerable
                    .Range(0, 10_000)
                    .Select(i => KeyValuePair.Create($"key-{i:d5}", new string('\u2028', 31))),
            ],
        };
        var source = Parse(in flow).GetProperty("source");

        Assert.Equal(4096 / 40, source.GetProperty("labels").GetPropertyCount());
        Assert.Equal(10_000 - (4096 / 40), source.GetProperty("labels_left_out").GetInt32());
        Assert.InRange(source.GetRawText().Length, 0, 32 * 1024);
    }

    [Fact]
    public void Writing_an_attributed_flow_allocates_nothing()
    {
        var buffer = new ArrayBufferWriter<byte>(1 << 16);
        using var json = new Utf8JsonWriter(buffer);

        Assert.Equal(
            0,
            Allocation.Of(() =>
            {
                for (var i = 0; i < 1000; i++)
                {
                    buffer.ResetWrittenCount();
                    json.Reset(buffer);
                    FlowJson.Write(json, in SampleFlows.WebToCart, in Context);
                    json.Flush();
                }
            })
        );
    }

    [Fact]
    public void Names_and_labels_of_many_flows_are_held_once()
    {
        const int Names = 100;
        var flow = SampleFlows.WebToCart;
        var sample = Parse(in flow).GetRawText();
        var (pods, labels) = (0, 0);
        for (var i = 0; i < Names; i++)
        {
            var text = Encoding.UTF8.GetBytes(
                sample
                    .Replace("web-7d4f-x1", $"web-{i}", StringComparison.Ordinal)
                    .Replace("\"labels\":{", $"\"labels\":{{\"number\":\"{i}\",", StringComparison.Ordinal)
            );
            Assert.True(FlowJsonReader.TryReadLine(text, out var one));
            Assert.True(FlowJsonReader.TryReadLine(text, out var other));
            Assert.Equal($"web-{i}", other.Flow!.Source.Pod);
            pods += ReferenceEquals(one.Flow!.Source.Pod, other.Flow.Source.Pod) ? 1 : 0;
            labels += ReferenceEquals(one.Flow.Source.Labels, other.Flow.Source.Labels) ? 1 : 0;
            Assert.NotSame(one.Flow.Source.Labels, one.Flow.Destination.Labels);
        }

        // A few are pushed out by others, by hashes that are new in each run.
        Assert.InRange(pods, Names * 3 / 4, Names);
        Assert.InRange(labels, Names * 3 / 4, Names);
    }

    [Theory]
    [InlineData("""{"app":"web"}""", "app=web")]
    [InlineData("""{"app":"web","app":"db"}""", "app=db")]
    [InlineData("""{"app":"web","tier":""}""", "app=web,tier=")]
    [InlineData("""{"\u0061pp":"w\u0065b"}""", "app=web")]
    [InlineData("""{}""", "")]
    [InlineData("""{"app":null}""", null)]
    [InlineData("""{"app":1}""", null)]
    [InlineData("""["app"]""", null)]
    public void Labels_are_read_as_they_are_or_refused(string labels, string? expected)
    {
        var flow = SampleFlows.UnknownPodToOffice;
        var text = Parse(in flow)
            .GetRawText()
            .Replace("\"kind\":\"Pod\"", $"\"labels\":{labels}", StringComparison.Ordinal);
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(
                expected is not null,
                FlowJsonReader.TryReadLine(Encoding.UTF8.GetBytes(text), out var line)
            );
            Assert.Equal(
                expected,
                line.Flow is null
                    ? null
                    : string.Join(',', line.Flow.Source.Labels!.Select(one => $"{one.Key}={one.Value}"))
            );
        }
    }

    [Fact]
    public void Names_that_are_no_text_are_written_as_text()
    {
        var flow = SampleFlows.WebToCart;
        flow.Attribution.Source = new Endpoint
        {
            Kind = EndpointKind.Pod,
            Workload = new Workload("\ud800", "\udc00\0", "a\ud800b"),
            Pod = "\ud83d",
            Labels = [new("\ud83d", "\udc00")],
        };

        Assert.Equal("a\ufffdb", Parse(in flow).GetProperty("source").GetProperty("workload").GetString());
    }

    private static void AssertJson(string expected, JsonElement actual) =>
        Assert.Equal(expected.ReplaceLineEndings(""), actual.GetRawText());

    private static JsonElement Parse(in Flow flow)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            FlowJson.Write(json, in flow, in Context);
        }

        return JsonDocument.Parse(buffer.WrittenMemory).RootElement;
    }
}
