using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using NetMon.Core.Flows;
using NetMon.Testing.Properties;

namespace NetMon.Core.Tests.Flows;

public class FlowSchemaTests
{
    private static readonly string SchemaPath = Repository.Path("docs/flow.schema.json");
    private static readonly JsonSchema Schema = JsonSchema.Load(SchemaPath);
    private static readonly FlowJsonContext Context = new(
        1_767_323_045_000_000_000,
        index => index == 3 ? null : $"eth{index}"
    );

    [Fact]
    public void Every_flow_and_every_step_has_the_documented_shape()
    {
        Prop.ForAll(
                FlowGenerators.Flow.ToArbitrary(),
                flow =>
                {
                    Assert.Empty(Schema.Check(Parse(Write(in flow))));
                    var step = new FlowEvent { Kind = FlowEventKind.End, Flow = flow };
                    Assert.Empty(Schema.Check(Parse(Write(in step))));
                }
            )
            .Holds(500);
    }

    [Fact]
    public void Every_member_that_is_documented_is_written_by_some_flow()
    {
        var written = new HashSet<string>(StringComparer.Ordinal);
        foreach (var flow in FlowGenerators.Flow.Sample(500))
        {
            var step = new FlowEvent
            {
                Kind = FlowEventKind.End,
                Flow = flow,
                Delta = flow.Total,
            };
            Collect(Parse(Write(in step)), written);
            Collect(Parse(Write(in flow)), written);
        }

        var documented = new HashSet<string>(StringComparer.Ordinal);
        CollectDocumented(Parse(File.ReadAllText(SchemaPath)), documented);
        Assert.True(documented.Remove("agent")); // written by who joins the answers of several
        Assert.Equal(documented.Order(StringComparer.Ordinal), written.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("id", "\"0123\"")]
    [InlineData("start", "\"2026-01-02T03:04:05Z\"")]
    [InlineData("state", "\"open\"")]
    [InlineData("direction", "\"out\"")]
    [InlineData("cause", "\"\"")]
    [InlineData("sent", "{\"bytes\":-1,\"packets\":1}")]
    [InlineData("sent", "{\"bytes\":1.5,\"packets\":1}")]
    [InlineData("sent", "{\"bytes\":1}")]
    [InlineData("source", "{\"ip\":\"10.0.0.300\"}")]
    [InlineData("source", "{\"ip\":\"10.0.0.3\",\"port\":65536}")]
    [InlineData("source", "{\"ip\":\"10.0.0.3\",\"mac\":\"\"}")]
    [InlineData("tcp", "null")]
    [InlineData("icmp", "{}")]
    [InlineData("icmp", "{\"id\":1}")]
    [InlineData("protocol", "\"udp\"")]
    [InlineData("workload", "1")]
    [InlineData("drops", "{}")]
    [InlineData("drops", "[{\"reason\":\"NO_SOCKET\"}]")]
    [InlineData("source", "{\"ip\":\"10.0.0.3\",\"process\":{\"pid\":1}}")]
    [InlineData("source", "{\"ip\":\"10.0.0.3\",\"socket\":{\"srtt_us\":1}}")]
    [InlineData("scope", "\"unknown\"")]
    [InlineData("traffic", "\"\"")]
    [InlineData("same_node", "\"yes\"")]
    [InlineData("source", "{\"ip\":\"10.0.0.3\",\"pod\":\"web-1\"}")]
    [InlineData("source", "{\"ip\":\"10.0.0.3\",\"service\":{\"ip\":\"10.0.0.4\"}}")]
    [InlineData("source", "{\"ip\":\"10.0.0.3\",\"workload\":\"a\",\"kind\":\"Pod\",\"labels\":{\"a\":1}}")]
    [InlineData("destination", "{\"ip\":\"10.0.0.3\",\"service\":{\"ip\":\"10.0.0.4\",\"name\":\"cart\"}}")]
    public void A_flow_with_one_member_wrong_is_found_out(string member, string value)
    {
        var flow = JsonNode.Parse(WriteTcp())!.AsObject();
        flow[member] = JsonNode.Parse(value);

        Assert.NotEmpty(Schema.Check(Parse(flow.ToJsonString())));
    }

    [Fact]
    public void A_flow_that_lacks_a_required_member_is_found_out()
    {
        foreach (var member in JsonNode.Parse(WriteTcp())!.AsObject().Select(pair => pair.Key))
        {
            var flow = JsonNode.Parse(WriteTcp())!.AsObject();
            flow.Remove(member);
            Assert.NotEmpty(Schema.Check(Parse(flow.ToJsonString())));
        }
    }

    [SkippableFact]
    public async Task An_independent_validator_accepts_the_schema_and_the_flows()
    {
        const string Script = """
            import json, sys
            from jsonschema import Draft202012Validator
            schema = json.load(open(sys.argv[1]))
            Draft202012Validator.check_schema(schema)
            validator = Draft202012Validator(schema)
            for line in sys.stdin:
                validator.validate(json.loads(line))
            """;
        Skip.IfNot(
            await Python.HasAsync("jsonschema", "Draft202012Validator"),
            "python3-jsonschema is not installed"
        );

        var lines = new StringBuilder();
        foreach (var flow in FlowGenerators.Flow.Sample(200))
        {
            lines.Append(Write(in flow)).Append('\n');
        }

        var (exitCode, output) = await Python.RunAsync(Script, lines.ToString(), SchemaPath);
        Assert.True(exitCode == 0, output);
    }

    private static string WriteTcp()
    {
        var flow = new Flow { Protocol = IpProtocol.Tcp };
        return Write(in flow);
    }

    private static string Write(in Flow flow)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            FlowJson.Write(json, in flow, in Context, flow.Cause != FlowCause.None);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static string Write(in FlowEvent step)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            FlowJson.Write(json, in step, in Context);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static JsonElement Parse(string text) => JsonDocument.Parse(text).RootElement;

    private static void Collect(JsonElement value, HashSet<string> names)
    {
        foreach (var member in value.EnumerateObject())
        {
            names.Add(member.Name);
            // A pod's labels have names of their own.
            if (member.Value.ValueKind == JsonValueKind.Object && member.Name is not "labels")
            {
                Collect(member.Value, names);
            }
            else if (member.Value.ValueKind == JsonValueKind.Array)
            {
                foreach (var item in member.Value.EnumerateArray())
                {
                    Collect(item, names);
                }
            }
        }
    }

    private static void CollectDocumented(JsonElement schema, HashSet<string> names)
    {
        if (schema.TryGetProperty("properties", out var properties))
        {
            names.UnionWith(properties.EnumerateObject().Select(property => property.Name));
        }

        if (schema.TryGetProperty("$defs", out var definitions))
        {
            foreach (var definition in definitions.EnumerateObject())
            {
                CollectDocumented(definition.Value, names);
            }
        }
    }
}
