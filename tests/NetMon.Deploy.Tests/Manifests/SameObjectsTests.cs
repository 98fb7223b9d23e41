using System.Text.Json.Nodes;
using YamlDotNet.RepresentationModel;

namespace NetMon.Deploy.Tests.Manifests;

public sealed class SameObjectsTests
{
    [SkippableTheory]
    [InlineData(null, "")]
    [InlineData("podmonitor", "monitor: {enabled: true}")]
    [InlineData("reviews", "rbac: {reviews: true}")]
    [InlineData("servicemonitor", "monitor: {enabled: true, kind: ServiceMonitor}")]
    public void The_chart_makes_the_objects_that_the_manifests_are(string? component, string values)
    {
        var plain = YamlObjects.Parse(Rendering.Kustomize(component));
        var chart = YamlObjects.Parse(Rendering.Helm($"namespace: {{create: true}}\n{values}"));
        Assert.Equal(plain.Keys, chart.Keys);
        foreach (var (name, item) in plain)
        {
            var (expected, actual) = (Comparable(item), Comparable(chart[name]));
            Assert.True(
                JsonNode.DeepEquals(expected, actual),
                $"{name}\n{expected.ToJsonString()}\n{actual.ToJsonString()}"
            );
        }

        Assert.Equal(component is null ? 8 : 9, plain.Count);
    }

    [SkippableFact]
    public void Names_follow_the_release_and_the_port_is_the_same_everywhere()
    {
        var chart = YamlObjects.Parse(
            Rendering.Helm(
                "nameOverride: edge\nagent: {address: '::', port: 9191, config: {flow: {interval: 1s}}}"
            )
        );
        Assert.Contains("DaemonSet/edge-netmon-agent", chart.Keys);
        Assert.DoesNotContain("Namespace/netmon", chart.Keys);
        var config = (string)chart["ConfigMap/edge-netmon-agent"]["data"]!["netmon.yaml"]!;
        Assert.Contains("listen: '[::]:9191'", config);
        Assert.Contains("interval: 1s", config);
        var pod = chart["DaemonSet/edge-netmon-agent"]["spec"]!["template"]!["spec"]!;
        Assert.Equal(9191, (long)pod["containers"]![0]!["ports"]![0]!["containerPort"]!);
        Assert.Equal(9191, (long)chart["Service/edge-netmon-agent"]["spec"]!["ports"]![0]!["port"]!);
    }

    [SkippableFact]
    public void A_change_of_settings_restarts_the_chart_s_agents()
    {
        static string? Checksum(string values) =>
            (string?)
                YamlObjects.Parse(Rendering.Helm(values))["DaemonSet/netmon-agent"]["spec"]!["template"]![
                    "metadata"
                ]!["annotations"]!["checksum/config"];
        Assert.Equal(Checksum(""), Checksum("monitor: {enabled: true}"));
        Assert.NotEqual(Checksum(""), Checksum("agent: {config: {log: {level: debug}}}"));
    }

    [SkippableFact]
    public void Parts_can_be_left_out()
    {
        var chart = YamlObjects.Parse(
            Rendering.Helm(
                "rbac: {create: false}\nserviceAccount: {create: false}\nnetworkPolicy: {enabled: false}"
            )
        );
        Assert.Equal(
            ["ConfigMap/netmon-agent", "DaemonSet/netmon-agent", "Service/netmon-agent"],
            chart.Keys
        );
        var pod = chart["DaemonSet/netmon-agent"]["spec"]!["template"]!["spec"]!;
        Assert.Equal("default", (string?)pod["serviceAccountName"]);
    }

    [SkippableTheory]
    [InlineData("agent: {port: 99999}", "agent.port")]
    [InlineData("agent: {prot: 9990}", "prot")]
    [InlineData("agent: {config: {api: {listen: '0.0.0.0:1'}}}", "agent.config.api.listen")]
    [InlineData("agent: {updateStrategy: {type: Sometimes}}", "agent.updateStrategy.type")]
    [InlineData("agent: {resources: {limits: {memory: 512 MB}}}", "agent.resources.limits.memory")]
    [InlineData("agent: {seccompProfile: {type: None}}", "agent.seccompProfile.type")]
    [InlineData("image: {digest: sha1}", "image.digest")]
    [InlineData("monitor: {kind: PodMonitors}", "monitor.kind")]
    [InlineData("monitor: {interval: 15}", "monitor.interval")]
    [InlineData("networkPolicy: true", "networkPolicy")]
    [InlineData("nonsense: 1", "nonsense")]
    public void Values_that_make_no_sense_are_refused_by_name(string values, string named)
    {
        var refused = Assert.Throws<InvalidOperationException>(() => Rendering.Helm(values));
        Assert.Contains("exit code 3", refused.Message);
        Assert.Contains(named, refused.Message);
    }

    // What only Helm writes is left out; what is YAML within YAML is compared as such.
    private static JsonNode Comparable(JsonObject item)
    {
        var copy = item.DeepClone().AsObject();
        foreach (
            var label in (string[])
                ["app.kubernetes.io/version", "app.kubernetes.io/managed-by", "helm.sh/chart"]
        )
        {
            copy["metadata"]!["labels"]!.AsObject().Remove(label);
        }

        (copy["spec"]?["template"]?["metadata"] as JsonObject)?.Remove("annotations");
        if (copy["data"] is JsonObject data)
        {
            foreach (var (name, text) in data.ToList())
            {
                var stream = new YamlStream();
                stream.Load(new StringReader((string)text!));
                data[name] = YamlObjects.Convert(stream.Documents[0].RootNode);
            }
        }

        return Sorted(copy)!;
    }

    private static JsonNode? Sorted(JsonNode? node) =>
        node switch
        {
            JsonObject map => new JsonObject(
                map.OrderBy(member => member.Key, StringComparer.Ordinal)
                    .Select(member => KeyValuePair.Create(member.Key, Sorted(member.Value)))
            ),
            JsonArray list => new JsonArray([.. list.Select(Sorted)]),
            _ => node?.DeepClone(),
        };
}
