using System.Collections.Immutable;
using System.Net;
using System.Text.Json.Nodes;
using NetMon.Agent.Clusters;
using NetMon.Agent.Interfaces;
using NetMon.Agent.Tests.Records;
using NetMon.Bpf;
using NetMon.Bpf.Records;
using NetMon.Kubernetes.Cluster;
using NetMon.Kubernetes.Watching;

namespace NetMon.Agent.Tests.Api;

public sealed class StatusEndpointTests
{
    [Fact]
    public async Task It_tells_health_features_interfaces_and_what_was_counted()
    {
        await using var agent = await AgentUnderTest.StartAsync();
        agent.Agent.Features.On("drops");
        agent.Agent.Features.Degraded("sockets", "no cgroup");
        agent.Source.Put(Open(1));
        agent.Source.Put(Open(2));
        await agent.HasFlowsAsync(2);

        var status = await GetAsync(agent, "/api/v1/status");

        Assert.True((bool)status["health"]!["ready"]!);
        Assert.Equal(["sockets is degraded: no cgroup"], Texts(status["health"]!["reasons"]!));
        Assert.Contains(
            status["features"]!.AsArray(),
            feature => (string?)feature!["name"] == "sockets" && (string?)feature["reason"] == "no cgroup"
        );
        Assert.Equal(1, (int)status["interfaces"]!["uplink"]!);
        Assert.Equal(2, (int)status["flows"]!["active"]!);
        Assert.Equal(2, (int)status["totals"]!["flows"]!);
        Assert.Equal("standalone", (string?)status["cluster"]!["mode"]);
        Assert.Equal(1, (int)status["sampling_rate"]!);
        Assert.InRange((double)status["uptime_seconds"]!, 0, 24 * 3600);
        Assert.InRange((long)status["resources"]!["memory_bytes"]!, 1, long.MaxValue);
    }

    [Fact]
    public async Task The_packets_and_bytes_are_those_of_the_metrics()
    {
        await using var agent = await AgentUnderTest.StartAsync();
        agent.Source.Put(Open(1));
        agent.Source.Put(Open(2));
        agent.Source.Put(Open(3));
        await agent.HasFlowsAsync(3);

        var status = await GetAsync(agent, "/api/v1/status");

        Assert.Equal(3 * 3, (long)status["totals"]!["packets"]!);
        Assert.Equal(
            agent.Agent.Registry.Read("netmon_packets_total").Sum(sample => (long)sample.Value),
            (long)status["totals"]!["packets"]!
        );
        Assert.Equal(
            agent.Agent.Registry.Read("netmon_bytes_total").Sum(sample => (long)sample.Value),
            (long)status["totals"]!["bytes"]!
        );
    }

    [Fact]
    public async Task What_is_not_ready_says_why()
    {
        await using var agent = await AgentUnderTest.StartAsync();
        agent.Interfaces = new ObservedInterfaces(
            Settled: true,
            ImmutableDictionary<int, InterfaceKind>.Empty,
            ImmutableDictionary<int, InterfaceFailure>.Empty.Add(
                3,
                new InterfaceFailure("eth3", "errno 19", 4)
            ),
            Failures: 4
        );

        var status = await GetAsync(agent, "/api/v1/status");

        Assert.False((bool)status["health"]!["ready"]!);
        Assert.Contains("cannot observe eth3: errno 19 (4 attempts)", Texts(status["health"]!["reasons"]!));
        Assert.Equal("eth3", (string?)status["interfaces"]!["failed"]![0]!["name"]);
    }

    [Fact]
    public async Task A_clusters_watches_are_told_resource_by_resource()
    {
        await using var agent = await AgentUnderTest.StartAsync();
        var heard = DateTimeOffset.UtcNow.AddSeconds(-90);
        agent.Cluster = new ClusterStanding(IsReady: true, ["pods: timeout"])
        {
            Report = new ClusterReport(
                new Uri("https://10.96.0.1/"),
                "in-cluster",
                IsSynced: true,
                default(ClusterCounts) with
                {
                    Pods = 12,
                    Nodes = 3,
                },
                [
                    new WatchSnapshot
                    {
                        Resource = "pods",
                        IsSynced = true,
                        LastEvent = heard,
                        Lists = 2,
                        Trouble = "timeout",
                        Errors = new Dictionary<string, long>(StringComparer.Ordinal) { ["timeout"] = 4 },
                    },
                ]
            ),
        };

        var cluster = (await GetAsync(agent, "/api/v1/status"))["cluster"]!;
        var pods = (await GetAsync(agent, "/api/v1/stats?about=kubernetes"))["kubernetes"]!["resources"]![0]!;

        Assert.True((bool)cluster["synced"]!);
        Assert.InRange((double)cluster["age_seconds"]!, 90, 300);
        Assert.Equal(12, (int)cluster["pods"]!);
        Assert.Equal(["pods: timeout"], Texts(cluster["troubles"]!));
        Assert.Equal(12, (int)pods["objects"]!);
        Assert.Equal(4, (int)pods["errors"]!["timeout"]!);
        Assert.Equal("timeout", (string?)pods["trouble"]);
    }

    [Fact]
    public async Task Stats_have_the_subjects_that_were_asked_for()
    {
        await using var agent = await AgentUnderTest.StartAsync();

        var stats = (await GetAsync(agent, "/api/v1/stats?about=memory&about=flows")).AsObject();

        Assert.Equal(["time", "flows", "memory"], stats.Select(member => member.Key));
        Assert.Contains(
            stats["flows"]!["counters"]!.AsArray(),
            counter =>
                (string?)counter!["name"] == "netmon_records_untracked_total"
                && (string?)counter["labels"]!["reason"] == "late"
        );
        Assert.InRange((long)stats["memory"]!["managed"]!["heap_bytes"]!, 0, long.MaxValue);
    }

    [Theory]
    [InlineData("?about=everything", "about: 'everything' is not one of flows, bpf, kubernetes, memory")]
    [InlineData("?about=bpf&measure=11", "measure: '11' is not a number of seconds from 0 to 10")]
    [InlineData("?measure=NaN", "measure: 'NaN' is not a number of seconds from 0 to 10")]
    [InlineData("?measure=-Infinity", "measure: '-Infinity' is not a number of seconds from 0 to 10")]
    public async Task Nonsense_is_answered_with_400(string query, string expected)
    {
        await using var agent = await AgentUnderTest.StartAsync();

        using var answer = await agent.Client.GetAsync(new Uri("/api/v1/stats" + query, UriKind.Relative));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(expected, (string?)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["error"]);
    }

    private static FlowRecord Open(int number) =>
        new TestFlow($"10.0.0.1:{40000 + number}", "10.0.0.2:443")
            .Established()
            .Record(RecordReason.Open, (2, 120), (1, 60));

    private static async Task<JsonNode> GetAsync(AgentUnderTest agent, string path) =>
        JsonNode.Parse(await agent.Client.GetStringAsync(new Uri(path, UriKind.Relative)))!;

    private static IEnumerable<string?> Texts(JsonNode list) => list.AsArray().Select(item => (string?)item);
}
