using System.Buffers;
using System.Text;
using NetMon.Core.Endpoints;
using NetMon.Core.Flows;
using NetMon.Core.Metrics.Labels;

namespace NetMon.Core.Tests.Metrics.Labels;

public class LabelSetTests
{
    private const string Ends =
        "src_namespace,src_workload,src_kind,{0}dst_namespace,dst_workload,dst_kind,dst_service,{1}scope,traffic,protocol,direction";

    [Theory]
    [InlineData("workload", "", "")]
    [InlineData("pod", "src_pod,src_node,", "dst_pod,dst_node,")]
    [InlineData("address", "src_ip,", "dst_ip,dst_port,")]
    public void The_presets_have_these_labels(string preset, string source, string destination)
    {
        var expected = Ends.Replace("{0}", source, StringComparison.Ordinal)
            .Replace("{1}", destination, StringComparison.Ordinal);
        Assert.Equal(expected, string.Join(',', LabelSet.Of([preset]).Names));
    }

    [Fact]
    public void Labels_and_presets_add_up_in_the_order_of_the_table()
    {
        var labels = LabelSet.Of(["protocol", "src_zone", "src_namespace", "protocol"]);

        Assert.Equal(["src_namespace", "src_zone", "protocol", "direction"], labels.Names);
        Assert.Equal(LabelSet.Of(["src_zone", "src_namespace", "protocol", "direction"]), labels);
        Assert.Equal(
            LabelSet.Of(["pod"]).Names.Count + 1,
            LabelSet.Of(["pod", "workload", "same_zone"]).Names.Count
        );
    }

    [Fact]
    public void A_set_always_tells_directions_apart()
    {
        Assert.Equal(["direction"], LabelSet.Of([]).Names);
    }

    [Fact]
    public void A_word_that_is_neither_label_nor_preset_is_refused()
    {
        Assert.Throws<ArgumentException>(() => LabelSet.Of(["workload", "src_pot"]));
    }

    [Fact]
    public void What_the_initiator_sends_has_the_flows_labels_and_replies_have_the_ends_changed()
    {
        var flow = TestFlows.Between(TestFlows.Pod("web"), Endpoint.OfNode("node-2", "zone-2"));
        flow.Attribution.Service = TestFlows.Service("api");
        var set = LabelSet.Of(["pod", "address", "src_zone", "dst_zone", "same_node", "same_zone"]);

        Assert.Equal(
            """
            src_namespace="shop",src_workload="web",src_kind="Deployment",src_pod="web-1",src_node="node-1",src_zone="zone-1",src_ip="10.0.0.1",dst_namespace="",dst_workload="node-2",dst_kind="Node",dst_service="api",dst_pod="",dst_node="node-2",dst_zone="zone-2",dst_ip="2001:db8::2",dst_port="8080",same_node="false",same_zone="false",scope="pod-to-node",traffic="internal",protocol="tcp",direction="egress"
            """,
            Text(set, flow.Sent(FlowDirection.Egress))
        );
        Assert.Equal(
            """
            src_namespace="",src_workload="node-2",src_kind="Node",src_pod="",src_node="node-2",src_zone="zone-2",src_ip="2001:db8::2",dst_namespace="shop",dst_workload="web",dst_kind="Deployment",dst_service="",dst_pod="web-1",dst_node="node-1",dst_zone="zone-1",dst_ip="10.0.0.1",dst_port="",same_node="false",same_zone="false",scope="node-to-pod",traffic="internal",protocol="tcp",direction="ingress"
            """,
            Text(set, flow.Received(FlowDirection.Ingress))
        );
    }

    [Fact]
    public void An_end_outside_is_external_or_has_its_networks_name()
    {
        var set = LabelSet.Of(["workload", "same_node"]);

        Assert.Equal(
            """
            src_namespace="shop",src_workload="web",src_kind="Deployment",dst_namespace="",dst_workload="external",dst_kind="External",dst_service="",same_node="",scope="pod-to-external",traffic="external",protocol="tcp",direction="egress"
            """,
            Text(set, TestFlows.Between(TestFlows.Pod("web"), Endpoint.External).Sent())
        );
        Assert.Contains(
            "src_workload=\"office\",src_kind=\"External\"",
            Text(set, TestFlows.Between(TestFlows.Pod("web"), Endpoint.NamedExternal("office")).Received()),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData(IpProtocol.Icmp, "")]
    [InlineData(IpProtocol.Udp, "8080")]
    public void A_port_is_shown_where_the_protocol_has_ports(byte protocol, string port)
    {
        var flow = TestFlows.Between("a", "b");
        flow.Protocol = protocol;

        Assert.StartsWith(
            $"dst_port=\"{port}\"",
            Text(LabelSet.Of(["dst_port"]), flow.Sent()),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Names_cannot_end_a_label_or_a_line_and_have_a_bounded_length()
    {
        var evil = "x\",src_kind=\"\n# EOF\n" + new string('y', 10_000);
        var set = LabelSet.Of(["src_workload", "src_pod"]);

        var text = Text(set, TestFlows.Between(evil, "b").Sent());

        Assert.StartsWith("src_workload=\"x\\\",src_kind=\\\"\\n# EOF\\nyy", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', text);
        Assert.InRange(text.Length, 500, 600);
    }

    [Fact]
    public void Long_names_that_differ_only_at_their_end_stay_apart()
    {
        var set = LabelSet.Of(["src_workload"]);
        var stem = new string('y', 300);

        Assert.NotEqual(
            Text(set, TestFlows.Between(stem + "1", "b").Sent()),
            Text(set, TestFlows.Between(stem + "2", "b").Sent())
        );
    }

    [Fact]
    public void Every_set_takes_two_ends_for_the_same_exactly_when_it_shows_the_same_text()
    {
        var random = new Random(7);
        var flows = Enumerable.Range(0, 60).Select(_ => AnyFlow(random)).ToList();
        for (var round = 0; round < 60; round++)
        {
            var words = random.GetItems([.. LabelSet.Words], random.Next(1, 6));
            var set = LabelSet.Of(words);
            foreach (var left in flows)
            {
                foreach (var right in flows)
                {
                    var same = set.Same(in left, in right);
                    Assert.True(
                        string.Equals(Text(set, left), Text(set, right), StringComparison.Ordinal) == same,
                        set.ToString()
                    );
                    Assert.True(!same || set.Hash(in left) == set.Hash(in right), set.ToString());
                    Assert.True(set.Same(set.Kept(in left), in right) == same, set.ToString());
                }
            }
        }
    }

    // Of few values, so that pairs differ in one thing or in none.
    private static FlowLabels AnyFlow(Random random)
    {
        var flow = TestFlows.Between(AnyEnd(random), AnyEnd(random));
        flow.Protocol = random.Next(2) == 0 ? IpProtocol.Tcp : IpProtocol.Icmp;
        flow.Attribution.Service = random.Next(2) == 0 ? TestFlows.Service($"s{random.Next(2)}") : null;
        flow.Source = flow.Source with { Address = NetworkAddress.FromIPv4((uint)random.Next(2)) };
        flow.Destination = flow.Destination with { Port = (ushort)random.Next(1, 3) };
        return random.Next(2) == 0
            ? flow.Sent((FlowDirection)random.Next(3))
            : flow.Received((FlowDirection)random.Next(3));
    }

    private static Endpoint AnyEnd(Random random) =>
        random.Next(5) switch
        {
            0 => Endpoint.External,
            1 => Endpoint.OfNode($"node-{random.Next(2)}"),
            _ => TestFlows.Pod(
                new Workload(
                    $"ns{random.Next(2)}",
                    random.Next(2) == 0 ? "Job" : "Pod",
                    $"w{random.Next(2)}"
                ),
                $"p{random.Next(2)}",
                $"node-{random.Next(2)}",
                random.Next(2) == 0 ? null : "zone-1"
            ),
        };

    private static string Text(LabelSet set, FlowLabels labels) =>
        Encoding.UTF8.GetString(set.Write(in labels, new ArrayBufferWriter<byte>()));
}
