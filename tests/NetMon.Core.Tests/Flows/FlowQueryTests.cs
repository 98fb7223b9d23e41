using FsCheck;
using FsCheck.Fluent;
using NetMon.Core.Flows;
using NetMon.Testing;
using NetMon.Testing.Properties;

namespace NetMon.Core.Tests.Flows;

public class FlowQueryTests
{
    private static readonly Flow Web = new()
    {
        Source = new FlowEndpoint(Address("10.0.0.1"), 40000, 1),
        Destination = new FlowEndpoint(Address("192.0.2.80"), 443, 2),
        Protocol = IpProtocol.Tcp,
        State = FlowState.Established,
    };

    private static readonly Flow Ping = new()
    {
        Source = new FlowEndpoint(Address("2001:db8::1"), 443, 1),
        Destination = new FlowEndpoint(Address("2001:db8::2"), 443, 1),
        Protocol = IpProtocol.IcmpV6,
        State = FlowState.Replied,
    };

    [Theory]
    [InlineData("", true, true)]
    [InlineData("ip=10.0.0.0/8", true, false)]
    [InlineData("ip=192.0.2.80", true, false)]
    [InlineData("ip=172.16.0.0/12", false, false)]
    [InlineData("ip=172.16.0.0/12&ip=2001:db8::/32", false, true)]
    [InlineData("ip=0.0.0.0/0", true, false)]
    [InlineData("port=443", true, false)]
    [InlineData("port=40000", true, false)]
    [InlineData("port=80&port=443", true, false)]
    [InlineData("port=80", false, false)]
    [InlineData("protocol=tcp", true, false)]
    [InlineData("protocol=TCP&protocol=58", true, true)]
    [InlineData("state=established", true, false)]
    [InlineData("state=replied&state=unreplied", false, true)]
    [InlineData("protocol=tcp&state=replied", false, false)]
    [InlineData("ip=10.0.0.1&port=443&protocol=tcp&state=established", true, false)]
    public void Values_of_a_key_are_alternatives_and_all_keys_must_hold(string query, bool web, bool ping)
    {
        Assert.True(FlowQuery.TryParse(Pairs(query), out var parsed, out var errors));
        Assert.Empty(errors);
        Assert.Equal((web, ping), (parsed.Filter.Matches(in Web), parsed.Filter.Matches(in Ping)));
    }

    [Fact]
    public void Order_limit_and_following_are_read()
    {
        Assert.True(FlowQuery.TryParse(Pairs("sort=rtt&last=20&follow=true"), out var query, out _));
        Assert.Equal((FlowSort.Rtt, 20, true), (query.Sort, query.Last.GetValueOrDefault(), query.Follow));
        Assert.True(query.Filter.IsEmpty);
    }

    [Fact]
    public void Nothing_asked_means_all_flows_most_recent_first()
    {
        Assert.True(FlowQuery.TryParse([], out var query, out _));
        Assert.Equal((FlowSort.Recent, null, false), (query.Sort, query.Last, query.Follow));
    }

    [Theory]
    [InlineData("ip=10.0.0.0/33", "ip: '10.0.0.0/33' is not an IP address or network")]
    [InlineData("ip=", "ip: '' is not an IP address")]
    [InlineData("port=http", "port: 'http' is not a port, 0 to 65535")]
    [InlineData("port=65536", "port: '65536' is not a port, 0 to 65535")]
    [InlineData("protocol=tpc", "protocol: 'tpc' is not a protocol")]
    [InlineData("protocol=256", "protocol: '256' is not a protocol, such as tcp")]
    [InlineData("state=open", "state: 'open' is not unreplied, replied, syn-sent")]
    [InlineData("namespace=", "namespace: '' is not the name of a namespace")]
    [InlineData("namespace=a,b", "namespace: 'a,b' is not the name of a namespace")]
    [InlineData("pod=", "pod: '' is not a pod: name, namespace/name")]
    [InlineData("pod=/web", "pod: '/web' is not a pod")]
    [InlineData("pod=a/b/c", "pod: 'a/b/c' is not a pod")]
    [InlineData("pod=w*b", "pod: 'w*b' is not a pod")]
    [InlineData("pod=web 1", "pod: 'web 1' is not a pod")]
    [InlineData("workload=a/b/c/d", "workload: 'a/b/c/d' is not a workload")]
    [InlineData("workload=shop//web", "workload: 'shop//web' is not a workload")]
    [InlineData("workload=/Deployment/web", "workload: '/Deployment/web' is not a workload")]
    [InlineData("service=cart:", "service: 'cart:' is not a service")]
    [InlineData("service=:80", "service: ':80' is not a service")]
    [InlineData("label=", "label: '' is not a label selector")]
    [InlineData("label=app in (web)", "label: 'app in (web)' is not a label selector")]
    [InlineData("label=app=web,", "label: 'app=web,' is not a label selector")]
    [InlineData("label==web", "label: '=web' is not a label selector")]
    [InlineData("node=*a", "node: '*a' is not the name of a node")]
    [InlineData("from=", "from: '' is not an IP address or network, namespace/name of a pod or workload")]
    [InlineData("from=service:cart", "from: 'service:cart' is not an IP address or network")]
    [InlineData("from=ip:10.0.0.0/33", "from: 'ip:10.0.0.0/33' is not an IP address or network")]
    [InlineData("to=10.0.0.1:80", "to: '10.0.0.1:80' is not an IP address or network")]
    [InlineData("to=pods:web", "to: 'pods:web' is not an IP address or network")]
    [InlineData("scope=unknown", "scope: 'unknown' is not pod-to-pod, pod-to-node")]
    [InlineData("traffic=unknown", "traffic: 'unknown' is not internal or external")]
    [InlineData("direction=in", "direction: 'in' is not ingress, egress or transit")]
    [InlineData("status=bad", "status: 'bad' is not pending, ok or failed")]
    [InlineData("cause=none", "cause: 'none' is not refused, timeout")]
    [InlineData("sort=size", "sort: 'size' is not one of recent, bytes, packets, age, rtt")]
    [InlineData("last=-1", "last: '-1' is not a number of flows")]
    [InlineData("follow=yes", "follow: 'yes' is not true or false")]
    [InlineData("last=1&last=2", "last: '2' is a second value")]
    [InlineData("Port=1", "Port: unknown parameter (value '1')")]
    public void A_bad_value_is_named_with_its_key(string query, string error)
    {
        Assert.False(FlowQuery.TryParse(Pairs(query), out _, out var errors));
        Assert.StartsWith(error, Assert.Single(errors), StringComparison.Ordinal);
    }

    [Fact]
    public void All_errors_are_reported_together()
    {
        Assert.False(FlowQuery.TryParse(Pairs("port=x&ip=10.0.0.1&ip=y&bytes=1"), out _, out var errors));
        Assert.Equal("port ip bytes", string.Join(' ', errors.Select(error => error.Split(':')[0])));
    }

    [Fact]
    public void A_long_value_is_shown_shortened()
    {
        Assert.False(FlowQuery.TryParse(Pairs("port=" + new string('9', 10_000)), out _, out var errors));
        Assert.InRange(Assert.Single(errors).Length, 64, 128);
    }

    [Fact]
    public void Any_text_is_read_or_named_in_an_error_and_never_thrown_at()
    {
        var pairs =
            from key in Gen.Elements<string>([
                .. FlowCriterion.All.Select(criterion => criterion.Name),
                "sort",
                "last",
                "follow",
                "x",
            ])
            from value in ArbMap.Default.GeneratorFor<string?>()
            select KeyValuePair.Create(key, value);
        Prop.ForAll(
                pairs.ArrayOf().ToArbitrary(),
                given =>
                {
                    var read = FlowQuery.TryParse(given, out _, out var errors);
                    Assert.Equal(read, errors.Count == 0);
                    Assert.All(
                        errors,
                        error =>
                            Assert.Contains(
                                given,
                                pair => error.StartsWith(pair.Key + ": ", StringComparison.Ordinal)
                            )
                    );
                }
            )
            .Holds();
    }

    [Fact]
    public void A_flow_is_found_by_everything_that_is_true_of_it()
    {
        Prop.ForAll(
                FlowGenerators.Flow.ToArbitrary(),
                flow =>
                {
                    List<KeyValuePair<string, string?>> pairs =
                    [
                        new("ip", flow.Source.Address.ToString()),
                        new("protocol", IpProtocolNames.Name(flow.Protocol)),
                        new("state", flow.State.Word()),
                    ];
                    if (IpProtocol.HasPorts(flow.Protocol))
                    {
                        pairs.Add(new("port", $"{flow.Destination.Port}"));
                    }

                    Assert.True(FlowQuery.TryParse(pairs, out var query, out _));
                    Assert.True(query.Filter.Matches(in flow));
                }
            )
            .Holds();
    }

    [Fact]
    public void Matching_allocates_nothing()
    {
        var read = FlowQuery.TryParse(
            Pairs("ip=10.0.0.0/8&port=443&protocol=tcp&state=established"),
            out var query,
            out _
        );
        var matched = read;

        Assert.Equal(
            0,
            Allocation.Of(() =>
            {
                for (var i = 0; i < 1000; i++)
                {
                    matched &= query.Filter.Matches(in Web);
                }
            })
        );
        Assert.True(matched);
    }

    private static IEnumerable<KeyValuePair<string, string?>> Pairs(string query) =>
        query
            .Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('=', 2))
            .Select(pair => KeyValuePair.Create(pair[0], (string?)pair[1]));

    private static NetworkAddress Address(string text) =>
        NetworkAddress.TryParse(text, out var address)
            ? address
            : throw new ArgumentException(text, nameof(text));
}
