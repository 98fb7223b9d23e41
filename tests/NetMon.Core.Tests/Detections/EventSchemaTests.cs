using System.Text.Json;
using NetMon.Core.Detections;
using NetMon.Core.Detections.Events;
using NetMon.Core.Endpoints;
using NetMon.Core.Flows;
using NetMon.Core.Tests.Flows;

namespace NetMon.Core.Tests.Detections;

public class EventSchemaTests
{
    private static readonly string SchemaPath = Repository.Path("docs/events.schema.json");

    [Fact]
    public void An_event_with_everything_and_one_with_nothing_have_the_documented_shape()
    {
        var schema = JsonSchema.Load(SchemaPath);
        foreach (var told in new[] { Full(), Bare() })
        {
            using var json = JsonDocument.Parse(Write(told));
            Assert.Empty(schema.Check(json.RootElement));
        }
    }

    [Fact]
    public void Every_member_and_word_is_documented_and_no_other()
    {
        using var schema = JsonDocument.Parse(File.ReadAllText(SchemaPath));
        using var full = JsonDocument.Parse(Write(Full()));
        var properties = schema.RootElement.GetProperty("properties");
        Assert.Equal(Names(properties), Names(full.RootElement));
        foreach (var part in new[] { "source", "destination", "evidence" })
        {
            Assert.Equal(
                Names(properties.GetProperty(part).GetProperty("properties")),
                Names(full.RootElement.GetProperty(part))
            );
        }

        Assert.Equal(DetectionWords.AllTypes, Words(properties, "type"));
        Assert.Equal(DetectionWords.AllSeverities, Words(properties, "severity"));
        Assert.Equal(DetectionWords.AllSteps, Words(properties, "event"));
    }

    [Fact]
    public void Every_type_and_technique_is_explained()
    {
        var document = File.ReadAllText(Repository.Path("docs/events.md"));
        Assert.All(
            DetectionWords.AllTypes,
            type => Assert.Contains($"| `{type}` |", document, StringComparison.Ordinal)
        );
    }

    private static SecurityEvent Full()
    {
        var pod = new Endpoint
        {
            Kind = EndpointKind.Pod,
            Workload = new Workload("shop", "Deployment", "web"),
            Pod = "web-0",
            Node = "node-1",
        };
        return Bare() with
        {
            Source = new(NetworkAddress.FromIPv4(0x0a000001), 1234, pod),
            Target = new(NetworkAddress.FromIPv4(0x0a000002), 80, pod),
            Evidence = new()
            {
                Attempts = 1,
                Ports = 1,
                PortSample = [80],
                Destinations = 1,
                DestinationSample = ["10.0.0.2"],
                Sources = 1,
                SourceSample = ["10.0.0.1"],
                Techniques = ["syn"],
                RatePerSecond = 1.5,
                NormalPerSecond = 0.5,
                IntervalSeconds = 60,
                Jitter = 0.01,
                Direction = "egress",
                Bytes = 1,
                NormalBytes = 1,
                LimitBytes = 1,
                Samples = 1,
                Network = "192.0.2.0/24",
            },
        };
    }

    private static SecurityEvent Bare() =>
        new()
        {
            Id = 1,
            Type = DetectionType.SynFlood,
            Severity = DetectionSeverity.High,
            Step = SecurityEventStep.Begin,
            What = "x",
            SinceNs = 1,
            LastNs = 2,
            Evidence = new(),
        };

    private static string Write(SecurityEvent told) =>
        JsonSerializer.Serialize(
            SecurityEventView.Of(told, 1_767_323_045_000_000_000),
            SecurityEventContext.Default.SecurityEventView
        );

    private static IEnumerable<string> Names(JsonElement element) =>
        element.EnumerateObject().Select(member => member.Name).Order(StringComparer.Ordinal);

    private static IEnumerable<string?> Words(JsonElement properties, string name) =>
        properties.GetProperty(name).GetProperty("enum").EnumerateArray().Select(word => word.GetString());
}
