using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using NetMon.Agent.Api;
using NetMon.Agent.Flows;
using NetMon.Agent.Streaming;
using NetMon.Agent.Tests.Api.Access;
using NetMon.Bpf.Records;
using NetMon.Core.Endpoints;
using NetMon.Core.Flows;

namespace NetMon.Agent.Tests.Api;

/// <summary><c>/api/v1/flows</c> of flows whose ends are known, over real HTTP.</summary>
public sealed class NamedFlowsTests : IAsyncLifetime, IDisposable
{
    private static readonly Endpoint Web = Pod("web", "web-1", "node-1");
    private static readonly Endpoint Redis = Pod("redis", "redis-0", "node-2");
    private static readonly ServicePort Cart = new()
    {
        Endpoint = new Endpoint
        {
            Kind = EndpointKind.Service,
            Workload = new Workload("shop", "Service", "cart"),
        },
        PortName = "redis",
        AddressKind = ServiceAddressKind.ClusterIp,
        Port = 6380,
        Protocol = IpProtocol.Tcp,
    };

    private readonly FlowTable _table = new(1024);
    private readonly Broadcaster _broadcaster = new();
    private readonly FlowList _list;
    private readonly HttpClient _client = new();
    private readonly ApiGuard _guard = GuardedServer.NewGuard();
    private ApiServer _server = null!;

    public NamedFlowsTests()
    {
        _list = new FlowList(
            _table,
            new RecentFailures(16, TimeSpan.FromMinutes(5)),
            new WallClock(TimeProvider.System),
            _ => null
        );
        Add(ToCart());
        Add(ToOutside());
    }

    public async Task InitializeAsync()
    {
        var stream = new FlowStream(_broadcaster, new WallClock(TimeProvider.System), _ => null);
        var routes = new RouteTable(
            [new("/api/v1/flows", new FlowsEndpoint(_list, stream).HandleAsync)],
            _guard,
            NullLogger<RouteTable>.Instance
        );
        _server = await ApiServer.StartAsync(
            new IPEndPoint(IPAddress.Loopback, 0),
            directory: "",
            _guard,
            routes,
            NullLoggerFactory.Instance
        );
        _client.BaseAddress = new Uri($"http://{_server.Address}");
    }

    public async Task DisposeAsync()
    {
        await _server.StopAsync(TimeSpan.FromSeconds(1));
        await _server.DisposeAsync();
    }

    public void Dispose()
    {
        _client.Dispose();
    }

    [Theory]
    [InlineData("namespace=shop", 2)]
    [InlineData("pod=shop/redis-0", 1)]
    [InlineData("workload=deploy/web", 2)]
    [InlineData("workload=external", 1)]
    [InlineData("service=shop/cart:redis", 1)]
    [InlineData("label=app%3Dredis", 1)]
    [InlineData("label=app%3Dweb%2Ctier!%3Ddb", 2)]
    [InlineData("node=node-2&node=node-3", 1)]
    [InlineData("from=shop/web&to=external", 1)]
    [InlineData("to=10.96.7.7", 1)]
    [InlineData("scope=pod-to-pod&traffic=internal&direction=egress&status=ok", 1)]
    [InlineData("cause=no-endpoints", 0)]
    [InlineData("namespace=other", 0)]
    public async Task Flows_are_chosen_by_who_is_at_their_ends(string query, int expected)
    {
        var list = await ListAsync(query);
        Assert.Equal((expected, expected), (list.Total, list.Flows.Count));
    }

    [Fact]
    public async Task A_flow_tells_who_is_at_its_ends()
    {
        var flow = Assert.Single((await ListAsync("service=cart")).Flows);

        Assert.Equal(
            ("shop", "web", "Deployment"),
            (flow.Source.Namespace, flow.Source.Workload, flow.Source.Kind)
        );
        Assert.Equal(("web-1", "node-1"), (flow.Source.Pod, flow.Source.Node));
        Assert.Equal("redis", flow.Destination.Labels!["app"]);
        Assert.Equal(
            ("cart", "10.96.7.7", 6380),
            (flow.Destination.Service!.Name, flow.Destination.Service.Ip, flow.Destination.Service.Port)
        );
        Assert.Equal(("pod-to-pod", "internal", false), (flow.Scope, flow.Traffic, flow.SameNode));
    }

    [Fact]
    public async Task A_stream_has_the_records_of_the_flows_chosen()
    {
        var uri = new Uri("/api/v1/flows?follow=true&to=external", UriKind.Relative);
        using var response = await _client.GetAsync(uri, HttpCompletionOption.ResponseHeadersRead);
        using var stream = new StreamReaderUnderTest(response, await response.Content.ReadAsStreamAsync());
        foreach (var flow in new[] { ToCart(), ToOutside() })
        {
            var step = new FlowEvent { Kind = FlowEventKind.Open, Flow = flow };
            _broadcaster.Publish(in step);
        }

        _broadcaster.Complete();
        var line = Assert.Single(await stream.RestAsync());
        Assert.Equal("external", line.Flow!.Destination.Workload);
        Assert.Equal("shop", line.Flow.Source.Namespace);
    }

    [Theory]
    [InlineData("pod=a/b/c", "pod: 'a/b/c' is not a pod: name, namespace/name")]
    [InlineData("from=service:cart", "from: 'service:cart' is not an IP address or network")]
    [InlineData("label=app+in+(web)&scope=x", "label: 'app in (web)' is not a label selector")]
    public async Task A_choice_that_cannot_be_read_is_named(string query, string expected)
    {
        using var response = await _client.GetAsync(new Uri("/api/v1/flows?" + query, UriKind.Relative));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.StartsWith(
            expected,
            body.RootElement.GetProperty("error").GetString(),
            StringComparison.Ordinal
        );
    }

    private async Task<FlowListView> ListAsync(string query)
    {
        var body = await _client.GetByteArrayAsync(new Uri("/api/v1/flows?" + query, UriKind.Relative));
        Assert.True(FlowJsonReader.TryReadList(body, out var list));
        return list;
    }

    private void Add(Flow flow)
    {
        var key = new FlowKey { Protocol = flow.Protocol };
        _table.Commit(_table.Add(in key, flow.StartNs), in flow);
    }

    private static Flow ToCart() =>
        Tcp(
            41000,
            "10.244.2.9",
            new FlowAttribution
            {
                Source = Web,
                Destination = Redis,
                Service = Cart,
                Asked = Address("10.96.7.7"),
                AskedPort = 6380,
                Scope = FlowScope.PodToPod,
                SourceLocal = true,
            }
        );

    private static Flow ToOutside() =>
        Tcp(
            41001,
            "203.0.113.80",
            new FlowAttribution
            {
                Source = Web,
                Destination = Endpoint.External,
                Scope = FlowScope.PodToExternal,
                SourceLocal = true,
            }
        );

    private static Flow Tcp(ushort port, string destination, FlowAttribution attribution) =>
        new()
        {
            Source = new FlowEndpoint(Address("10.244.1.17"), port, 2),
            Destination = new FlowEndpoint(Address(destination), 6379, 2),
            Attribution = attribution,
            Protocol = IpProtocol.Tcp,
            StartNs = (ulong)Stopwatch.GetTimestamp(),
            State = FlowState.Established,
            Status = FlowStatus.Ok,
            Direction = FlowDirection.Egress,
        };

    private static Endpoint Pod(string name, string pod, string node) =>
        new()
        {
            Kind = EndpointKind.Pod,
            Workload = new Workload("shop", "Deployment", name),
            Pod = pod,
            Node = node,
            Labels = [new("app", name)],
        };

    private static NetworkAddress Address(string text) =>
        NetworkAddress.TryParse(text, out var address)
            ? address
            : throw new ArgumentException(text, nameof(text));
}
