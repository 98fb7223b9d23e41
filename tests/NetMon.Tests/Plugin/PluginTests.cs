using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using NetMon.Lab.ApiServer;
using NetMon.Tests.Terminal;
using NetMon.Tests.Verbs;
using NetMon.Verbs;

namespace NetMon.Tests.Plugin;

/// <summary><c>kubectl netmon</c> through a real API server's port-forward and proxy.</summary>
public sealed class PluginTests
{
    [Theory]
    [InlineData("port-forward")]
    [InlineData("proxy")]
    public async Task The_agent_of_a_node_is_asked_as_if_it_were_here(string way)
    {
        await using var cluster = await ClusterUnderTest.StartAsync(null, "node-1", "node-2");
        var list = FlowText.List(FlowText.Tcp("10.0.0.1", 40001, "10.0.0.2", 443));
        cluster.Agents["node-2"].List = context => context.Response.WriteAsync(list);

        var code = await cluster.RunAsync([
            "--node",
            "node-2",
            "-n",
            "shop",
            "flows",
            "-o",
            "json",
            "--via",
            way,
        ]);

        Assert.Equal((0, ""), (code, cluster.Output.Errors));
        Assert.Equal(list + "\n", cluster.Output.Text);
        Assert.Equal("/api/v1/flows?namespace=shop", Assert.Single(cluster.Agents["node-2"].Requests));
        Assert.Empty(cluster.Agents["node-1"].Requests);
    }

    [Fact]
    public async Task Without_a_node_all_agents_flows_are_one_list_in_its_order()
    {
        await using var cluster = await ClusterUnderTest.StartAsync(null, "node-1", "node-2");
        Answer(cluster, "node-1", ("10.0.0.1", 300), ("10.0.0.2", 100));
        Answer(cluster, "node-2", ("10.0.0.3", 400), ("10.0.0.4", 200));

        Assert.Equal(0, await cluster.RunAsync("flows", "--sort", "bytes", "--last", "3", "-o", "json"));

        var list = JsonNode.Parse(cluster.Output.Text)!;
        Assert.Equal(4, (int)list["total"]!);
        Assert.Equal(
            ["node-2 10.0.0.3", "node-1 10.0.0.1", "node-2 10.0.0.4"],
            list["flows"]!.AsArray().Select(flow => $"{flow!["agent"]} {flow["source"]!["ip"]}")
        );
        Assert.All(
            cluster.Agents.Values,
            agent => Assert.Equal("/api/v1/flows?sort=bytes&last=3", Assert.Single(agent.Requests))
        );
    }

    [Fact]
    public async Task A_table_of_several_agents_has_the_node()
    {
        await using var cluster = await ClusterUnderTest.StartAsync(null, "node-1", "node-2");
        Answer(cluster, "node-1", ("10.0.0.1", 300));
        Answer(cluster, "node-2", ("10.0.0.3", 400));

        Assert.Equal(0, await cluster.RunAsync("flows", "--sort", "bytes"));

        var lines = cluster.Output.Text.TrimEnd('\n').Split('\n');
        Assert.Matches("^NODE +SOURCE ", lines[0]);
        Assert.Matches("^node-2 +10.0.0.3:", lines[1]);
        Assert.Matches("^node-1 +10.0.0.1:", lines[2]);
    }

    [Fact]
    public async Task Streams_of_several_agents_are_one_stream_of_whole_lines()
    {
        await using var cluster = await ClusterUnderTest.StartAsync(null, "node-1", "node-2");
        foreach (var (node, agent) in cluster.Agents)
        {
            agent.Follow = async context =>
            {
                for (var i = 0; i < 100; i++)
                {
                    await context.SendAsync($$"""{"id":"{{node}}",""");
                    await context.SendAsync($"\"n\":{i}}}\n");
                }

                await context.SendAsync("{\"lost\":3}\n");
                await context.StayAsync();
            };
        }

        using var stop = new CancellationTokenSource();
        var following = cluster.RunAsync(stop.Token, "flows", "--follow", "-o", "json");
        await cluster.Output.WaitForAsync(output => output.Text.Count(c => c == '\n') == 202);
        await stop.CancelAsync();
        Assert.Equal(0, await following);

        var lines = cluster.Output.Text.TrimEnd('\n').Split('\n').Select(line => JsonNode.Parse(line)!);
        foreach (var node in cluster.Agents.Keys)
        {
            Assert.Equal(
                Enumerable.Range(0, 100),
                lines.Where(line => (string?)line["agent"] == node).Select(line => (int)line["n"]!)
            );
        }

        Assert.Equal(2, lines.Count(line => line["lost"] is not null));
    }

    [Fact]
    public async Task The_state_of_all_agents_is_a_line_each_also_of_one_that_cannot_be_reached()
    {
        await using var cluster = await ClusterUnderTest.StartAsync(null, "node-1");
        cluster.AddPod("netmon", "agent-node-9", "node-9");
        cluster.Agents["node-1"].List = context => context.Response.WriteAsync(StatusText.Of());

        Assert.Equal(ExitCode.NotReady, await cluster.RunAsync("status"));

        var lines = cluster.Output.Text.TrimEnd('\n').Split('\n');
        Assert.Matches("^node-1 +yes ", lines[1]);
        Assert.Matches("^node-9 +unreachable .*connection refused", lines[2]);
        Assert.Contains("netmon: node-9: ", cluster.Output.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("stats", "--node NAME: there are agents on node-1, node-2", "stats")]
    [InlineData(
        "no agent runs on a node node-3",
        "there are agents on node-1, node-2",
        "--node",
        "node-3",
        "status"
    )]
    [InlineData(
        "no agent runs in the namespace other",
        "docs/install.md",
        "--agent-namespace",
        "other",
        "status"
    )]
    public async Task What_cannot_be_done_is_said_with_a_next_step(
        string what,
        string advice,
        params string[] arguments
    )
    {
        await using var cluster = await ClusterUnderTest.StartAsync(null, "node-1", "node-2");

        Assert.Equal(ExitCode.Failed, await cluster.RunAsync(arguments));

        var lines = cluster.Output.Errors.TrimEnd('\n').Split('\n');
        Assert.Equal(2, lines.Length);
        Assert.Contains(what == "stats" ? "of one agent" : what, lines[0], StringComparison.Ordinal);
        Assert.Contains(advice, lines[1], StringComparison.Ordinal);
        Assert.Empty(cluster.Output.Text);
    }

    [Theory]
    [InlineData("pods", "pods is forbidden")]
    [InlineData("pods/portforward", "answered 403 to a port-forward")]
    public async Task Missing_rights_are_named(string resource, string expected)
    {
        await using var cluster = await ClusterUnderTest.StartAsync(
            request => request.Resource != resource,
            "node-1"
        );

        Assert.Equal(ExitCode.Failed, await cluster.RunAsync("flows"));

        Assert.Contains(expected, cluster.Output.Errors, StringComparison.Ordinal);
        Assert.Contains("pods/portforward", cluster.Output.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agent_that_nobody_serves_for_is_told_with_the_pods_own_error()
    {
        await using var cluster = await ClusterUnderTest.StartAsync(null);
        cluster.AddPod("netmon", "agent-node-1", "node-1");

        Assert.Equal(ExitCode.Failed, await cluster.RunAsync("flows"));

        Assert.Contains(
            "netmon/agent-node-1 on node-1: error forwarding port 9990",
            cluster.Output.Errors,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task What_is_about_this_machine_is_refused()
    {
        await using var cluster = await ClusterUnderTest.StartAsync(null, "node-1");

        Assert.Equal(ExitCode.Usage, await cluster.RunAsync("detach"));

        Assert.Contains("kubectl exec -n netmon POD", cluster.Output.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Agents_in_another_namespace_are_found()
    {
        await using var cluster = await ClusterUnderTest.StartAsync(null, "node-1");
        cluster.Server.Delete("pods", "netmon", "agent-node-1");
        cluster.AddPod("observability", "agent-node-1", "node-1");
        cluster.Agents["node-1"].List = context => context.Response.WriteAsync(StatusText.Of());

        Assert.Equal(0, await cluster.RunAsync("status"));
        Assert.Contains("on node-1, up", cluster.Output.Text, StringComparison.Ordinal);
    }

    private static void Answer(
        ClusterUnderTest cluster,
        string node,
        params (string Ip, long Bytes)[] flows
    ) =>
        cluster.Agents[node].List = context =>
            context.Response.WriteAsync(
                FlowText.List([
                    .. flows.Select(flow => FlowText.Tcp(flow.Ip, 40001, "10.9.9.9", 443, sent: flow.Bytes)),
                ])
            );
}
