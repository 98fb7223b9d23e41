using FsCheck;
using FsCheck.Fluent;
using NetMon.Core.Endpoints;
using NetMon.Core.Flows;
using NetMon.Core.Sockets;
using NetMon.Testing;
using NetMon.Testing.Properties;

namespace NetMon.Core.Tests.Flows;

/// <summary>Choosing flows by who is at their ends.</summary>
public class FlowFilterTests
{
    private const string Container = "3f4e5a6b7c8d9e0f1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f7081";

    private static readonly SocketOwner Curl = new(4711, "curl", "", "", "");
    private static readonly SocketOwner Redis = new(12, "redis-server", "", Container, "");

    // In the order of the letters: web asks cart and redis answers; unknown pod asks the office; a node asks stock; forwarded to redis.
    private static readonly (char Letter, Flow Flow)[] Flows =
    [
        ('c', SampleFlows.WebToCart with { SourceOwner = Curl, DestinationOwner = Redis }),
        ('o', SampleFlows.UnknownPodToOffice),
        ('n', SampleFlows.NobodyServes),
        ('f', SampleFlows.Forwarded),
    ];

    [Theory]
    [InlineData("namespace=shop", "cnf")]
    [InlineData("namespace=sh*", "cnf")]
    [InlineData("namespace=*", "cnf")]
    [InlineData("namespace=shopping", "")]
    [InlineData("namespace=sho", "")]
    [InlineData("pod=web-7d4f-x1", "c")]
    [InlineData("pod=web-*", "c")]
    [InlineData("pod=shop/redis-0", "cf")]
    [InlineData("pod=other/redis-0", "")]
    [InlineData("pod=shop/", "cf")]
    [InlineData("pod=shop/*", "cf")]
    [InlineData("pod=s*/web*", "c")]
    [InlineData("pod=*", "cf")]
    [InlineData("pod=web", "")]
    [InlineData("pod=web-*&pod=redis-0", "cf")]
    [InlineData("workload=web", "c")]
    [InlineData("workload=shop/redis", "cf")]
    [InlineData("workload=statefulset/redis", "cf")]
    [InlineData("workload=sts/redis", "cf")]
    [InlineData("workload=deployment/redis", "")]
    [InlineData("workload=shop/Deployment/web", "c")]
    [InlineData("workload=shop/sts/r*", "cf")]
    [InlineData("workload=shop/Deployment/", "c")]
    [InlineData("workload=other/Deployment/web", "")]
    [InlineData("workload=external", "f")]
    [InlineData("workload=office", "o")]
    [InlineData("workload=unknown", "o")]
    [InlineData("workload=node/node-1", "n")]
    [InlineData("workload=*/node-1", "")]
    [InlineData("service=cart", "c")]
    [InlineData("service=shop/cart:6380", "c")]
    [InlineData("service=shop/cart:redis", "c")]
    [InlineData("service=shop/cart:6379", "")]
    [InlineData("service=cart:http", "")]
    [InlineData("service=shop/", "cn")]
    [InlineData("service=stock", "n")]
    [InlineData("service=redis", "")]
    [InlineData("label=app=web", "c")]
    [InlineData("label=app==redis", "cf")]
    [InlineData("label=app", "cf")]
    [InlineData("label=app=redis,tier=front", "")]
    [InlineData("label=app=web, tier=front", "c")]
    [InlineData("label=app=web&label=kubernetes.io/os=linux", "cn")]
    [InlineData("label=!app", "n")]
    [InlineData("label=tier!=front", "cnf")]
    [InlineData("label=app=", "")]
    [InlineData("node=node-1", "cn")]
    [InlineData("node=node-2", "cf")]
    [InlineData("node=node-*", "cnf")]
    [InlineData("process=curl", "c")]
    [InlineData("process=redis*", "c")]
    [InlineData("process=4711", "c")]
    [InlineData("process=47", "")]
    [InlineData("process=redis", "")]
    [InlineData("process=*", "c")]
    [InlineData("process=nginx: worker", "")]
    [InlineData("container=3f4e5a6b7c8d", "c")]
    [InlineData("container=3f*", "c")]
    [InlineData("container=4f4e", "")]
    [InlineData("container=*", "c")]
    [InlineData("process=curl&container=3f4e", "c")]
    [InlineData("from=process:curl", "c")]
    [InlineData("to=process:curl", "")]
    [InlineData("to=container:3f4e", "c")]
    [InlineData("scope=pod-to-pod", "c")]
    [InlineData("scope=Pod-To-External&scope=external-to-pod", "of")]
    [InlineData("traffic=internal", "cn")]
    [InlineData("traffic=external", "of")]
    [InlineData("direction=transit", "f")]
    [InlineData("direction=egress", "con")]
    [InlineData("status=failed", "n")]
    [InlineData("status=ok&status=pending", "cof")]
    [InlineData("cause=no-endpoints", "n")]
    [InlineData("ip=10.96.7.7", "c")]
    [InlineData("port=6380", "c")]
    [InlineData("port=6379", "cf")]
    public void A_kind_is_met_by_either_end(string query, string expected) =>
        Assert.Equal(expected, Passing(query));

    [Theory]
    [InlineData("from=shop/web", "c")]
    [InlineData("to=shop/web", "")]
    [InlineData("from=web-7d4f-x1", "c")]
    [InlineData("to=shop/redis", "cf")]
    [InlineData("to=shop/redis-0", "cf")]
    [InlineData("to=shop/cart", "c")]
    [InlineData("to=stock", "n")]
    [InlineData("to=shop/", "cnf")]
    [InlineData("to=shop/StatefulSet/redis", "cf")]
    [InlineData("from=external", "f")]
    [InlineData("to=external", "o")]
    [InlineData("to=office", "o")]
    [InlineData("from=node-1", "n")]
    [InlineData("from=node:node-1", "cn")]
    [InlineData("to=node:node-2", "cf")]
    [InlineData("from=pod:shop/web-*", "c")]
    [InlineData("from=pod:web", "")]
    [InlineData("from=workload:deploy/web", "c")]
    [InlineData("to=service:cart", "c")]
    [InlineData("to=service:shop/cart:redis", "c")]
    [InlineData("to=namespace:shop", "cnf")]
    [InlineData("from=namespace:shop", "c")]
    [InlineData("from=label:tier=front", "c")]
    [InlineData("to=label:app=redis", "cf")]
    [InlineData("from=10.244.0.0/16", "co")]
    [InlineData("from=ip:10.244.0.0/16", "co")]
    [InlineData("to=10.96.7.7", "c")]
    [InlineData("from=10.96.7.7", "")]
    [InlineData("to=203.0.113.5", "")]
    [InlineData("from=shop/web&from=external", "cf")]
    [InlineData("from=external&to=shop/redis", "f")]
    [InlineData("from=external&to=office", "")]
    public void From_and_to_are_met_by_their_end(string query, string expected) =>
        Assert.Equal(expected, Passing(query));

    [Theory]
    [InlineData("namespace=shop&pod=redis-0", "cf")]
    [InlineData("namespace=other&pod=redis-0", "")]
    [InlineData("pod=redis-0&namespace=other&namespace=sh*", "cf")]
    [InlineData("namespace=shop&from=web", "c")]
    [InlineData("namespace=other&from=web", "")]
    [InlineData("namespace=shop&from=external", "f")]
    [InlineData("namespace=shop&label=app=web", "c")]
    [InlineData("namespace=shop&from=node-1", "n")]
    [InlineData("namespace=shop&service=stock", "n")]
    [InlineData("pod=web-*&service=cart", "c")]
    [InlineData("pod=web-*&service=stock", "")]
    [InlineData("workload=web&node=node-2", "c")]
    [InlineData("traffic=external&direction=transit&ip=203.0.113.0/24&workload=redis", "f")]
    public void Kinds_must_all_hold_and_names_are_looked_for_in_the_namespaces_given(
        string query,
        string expected
    ) => Assert.Equal(expected, Passing(query));

    [Fact]
    public void A_name_with_a_namespace_of_its_own_is_not_looked_for_in_others()
    {
        var flow = SampleFlows.WebToCart;
        flow.Attribution.Source = new Endpoint
        {
            Kind = EndpointKind.Pod,
            Workload = new Workload("front", "Deployment", "web"),
            Pod = "web-1",
        };

        Assert.True(Filter("namespace=shop&pod=front/web-1").Matches(in flow));
        Assert.False(Filter("namespace=shop&pod=web-1").Matches(in flow));
        Assert.False(Filter("namespace=shop&workload=deploy/web").Matches(in flow));
        Assert.True(Filter("namespace=front&workload=deploy/web").Matches(in flow));
        Assert.True(Filter("namespace=front&label=!app").Matches(in flow));
    }

    [Theory]
    [InlineData("namespace=*")]
    [InlineData("pod=*")]
    [InlineData("workload=*")]
    [InlineData("service=*")]
    [InlineData("label=!app")]
    [InlineData("node=*")]
    [InlineData("from=external")]
    [InlineData("traffic=internal&traffic=external")]
    public void A_flow_whose_ends_are_not_decided_is_found_by_address_only(string query)
    {
        var flow = SampleFlows.WebToCart with { Attribution = default };

        Assert.False(Filter(query).Matches(in flow));
        Assert.True(Filter("ip=10.244.1.17&port=6379&from=10.244.1.17").Matches(in flow));
    }

    [Fact]
    public void Any_flow_is_found_by_its_own_names()
    {
        Prop.ForAll(
                FlowGenerators
                    .Flow.Where(flow =>
                        flow.Attribution.Source is { Pod: { } pod } source
                        && char.IsAscii(pod[0])
                        && char.IsAscii(source.Workload.Name[0])
                        && char.IsAscii(source.Namespace[0])
                    )
                    .ToArbitrary(),
                flow =>
                {
                    var source = flow.Attribution.Source!;
                    var workload = source.Workload;
                    string[] queries =
                    [
                        $"namespace={workload.Namespace}&pod={source.Pod}",
                        $"pod={workload.Namespace}/{source.Pod}",
                        $"workload={workload.Namespace}/{workload.Kind}/{workload.Name}",
                        $"from={workload.Namespace}/{workload.Name}",
                        $"from=pod:{source.Pod![..1]}*&direction={flow.Direction.Word()}",
                    ];
                    Assert.All(queries, query => Assert.True(Filter(query).Matches(in flow), query));
                }
            )
            .Holds();
    }

    [Fact]
    public void Matching_names_allocates_nothing()
    {
        var filter = Filter(
            "namespace=sh*&pod=web-*&workload=deploy/web&service=shop/cart:redis&label=app=web,tier&node=node-1"
                + "&from=shop/web&to=shop/cart&scope=pod-to-pod&traffic=internal&direction=egress&status=ok&port=6380"
        );
        var matched = true;

        Assert.Equal(
            0,
            Allocation.Of(() =>
            {
                for (var i = 0; i < 1000; i++)
                {
                    matched &= filter.Matches(in SampleFlows.WebToCart);
                }
            })
        );
        Assert.True(matched);
    }

    [Fact]
    public void A_filter_of_any_kind_is_not_empty()
    {
        Assert.True(Filter("").IsEmpty);
        string[] queries =
        [
            "ip=10.0.0.1",
            "port=1",
            "protocol=tcp",
            "app_protocol=http",
            "state=closed",
            "namespace=a",
            "pod=a",
            "workload=a",
            "service=a",
            "label=a",
            "node=a",
            "process=a",
            "container=a",
            "from=a",
            "to=a",
            "scope=overlay",
            "traffic=internal",
            "direction=transit",
            "status=ok",
            "cause=refused",
        ];
        Assert.All(queries, query => Assert.False(Filter(query).IsEmpty, query));
        Assert.Equal(FlowCriterion.All.Select(one => one.Name), queries.Select(query => query.Split('=')[0]));
    }

    private static string Passing(string query)
    {
        var filter = Filter(query);
        return string.Concat(Flows.Where(one => filter.Matches(in one.Flow)).Select(one => one.Letter));
    }

    private static FlowFilter Filter(string query)
    {
        var pairs = query
            .Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('=', 2))
            .Select(pair => KeyValuePair.Create(pair[0], (string?)pair[1]));
        Assert.True(FlowQuery.TryParse(pairs, out var parsed, out var errors), string.Join("; ", errors));
        return parsed.Filter;
    }
}
