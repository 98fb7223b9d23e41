using NetMon.Agent.Attribution;
using NetMon.Agent.Tests.Records;
using NetMon.Bpf.Records;
using NetMon.Core.Endpoints;
using NetMon.Core.Flows;
using NetMon.Testing;
using static NetMon.Agent.Tests.Attribution.NodeUnderTest;

namespace NetMon.Agent.Tests.Attribution;

[Collection(Alone.Name)]
public sealed class WaitingTests
{
    private const string NewPod = "10.2.0.7:8080";

    private readonly NodeUnderTest _node = new();

    [Fact]
    public void A_flow_whose_pod_is_not_known_yet_is_nowhere_until_it_is_and_then_whole()
    {
        _node.Cluster.Unknown("10.2.0.7");
        var flow = _node.FromPod(Client, NewPod, ClientInterface);
        _node.Open(flow);
        _node.Wait(100);
        _node.Process(RecordReason.Update, flow);
        Assert.Empty(_node.Agent.Flows());
        Assert.Empty(_node.Agent.TakeEvents());
        Assert.Empty(_node.Agent.Samples("netmon_bytes_total"));
        Assert.Empty(_node.Agent.Samples("netmon_flows_active"));
        Assert.Equal(1, _node.Counters.Waiting);

        _node.Cluster.Pod("late", "n2", "10.2.0.7");
        _node.Wait(300);

        Assert.Equal("late", _node.Single().Attribution.Destination!.Workload.Name);
        var open = Assert.Single(_node.Agent.TakeEvents());
        Assert.Equal((FlowEventKind.Open, 20), (open.Kind, open.Delta.Sent.Packets));
        Assert.Equal(40_000, _node.Agent.Samples("netmon_bytes_total").Values.Sum());
        Assert.Equal(1, _node.Counters.Read(AttributionResult.Waited));
        Assert.Equal(0, _node.Counters.Waiting);

        _node.Process(RecordReason.Update, flow);
        Assert.Equal(FlowEventKind.Update, Assert.Single(_node.Agent.TakeEvents()).Kind);
        Assert.Equal(60_000, _node.Agent.Samples("netmon_bytes_total").Values.Sum());
    }

    [Fact]
    public void When_the_longest_wait_is_over_a_flow_goes_out_with_what_is_known_and_is_not_corrected()
    {
        _node.Cluster.Unknown("10.2.0.7");
        _node.Open(_node.FromPod(Client, NewPod, ClientInterface));
        _node.Wait(1990);
        Assert.Empty(_node.Agent.Flows());
        _node.Wait(20);

        Assert.Equal(1, _node.Counters.Read(AttributionResult.Timeout));
        Assert.Equal("unknown", _node.Single().Attribution.Destination!.Workload.Name);
        Assert.Equal(FlowScope.PodToPod, _node.Single().Attribution.Scope);
        _node.Cluster.Pod("late", "n2", "10.2.0.7");
        _node.Wait(1000);
        Assert.Equal("unknown", _node.Single().Attribution.Destination!.Workload.Name);
    }

    [Fact]
    public void A_flow_that_closed_and_ended_while_it_waited_opens_closes_and_ends_when_it_is_released()
    {
        _node.Cluster.Unknown("10.2.0.7");
        var flow = _node.FromPod(Client, NewPod, ClientInterface).Established(synAckUs: 2000, ackUs: 3000);
        _node.Open(flow);
        _node.Process(RecordReason.Close, flow);
        _node.Process(RecordReason.End, flow);
        _node.Process(RecordReason.Late, flow);
        Assert.Equal(1, _node.Agent.Table.Count);
        _node.Cluster.Pod("late", "n2", "10.2.0.7");
        _node.Wait(300);

        var events = _node.Agent.TakeEvents();
        Assert.Equal(
            [(FlowEventKind.Open, 40L), (FlowEventKind.Close, 0L), (FlowEventKind.End, 0L)],
            events.Select(step => (step.Kind, step.Delta.Sent.Packets))
        );
        Assert.All(events, step => Assert.Equal(FlowStatus.Ok, step.Flow.Status));
        Assert.Equal(0, _node.Agent.Table.Count);
        Assert.Equal(80_000, _node.Agent.Samples("netmon_bytes_total").Values.Sum());
        Assert.Equal(1, _node.Agent.Samples("netmon_flows_total").Values.Sum());
        Assert.Equal(0, _node.Agent.Samples("netmon_flows_active").Values.Sum());
        var latency = _node.Agent.Samples("netmon_latency_seconds_sum");
        Assert.Equal(
            0.003,
            latency.Single(one => one.Key.Contains("\"connect\"", StringComparison.Ordinal)).Value,
            9
        );
    }

    [Fact]
    public void Round_trips_of_a_flow_that_waits_are_all_there_when_it_goes_out()
    {
        _node.Cluster.Unknown("10.2.0.7");
        var flow = _node.FromPod(Client, NewPod, ClientInterface).Established();
        for (var i = 0; i < 3; i++)
        {
            var record = flow.Record(
                i == 0 ? RecordReason.Open : RecordReason.Update,
                (1, 100),
                (1, 100),
                _node.NowNs
            );
            record.RoundTrips.Buckets[1 - flow.Initiator][i] = 2;
            record.RoundTrips.SumUs[1 - flow.Initiator] = 300;
            _node.Agent.Process(in record);
        }

        Assert.Empty(_node.Agent.Samples("netmon_tcp_rtt_seconds_count"));
        _node.Cluster.Pod("late", "n2", "10.2.0.7");
        _node.Wait(300);

        var counts = Assert.Single(_node.Agent.Samples("netmon_tcp_rtt_seconds_count"));
        Assert.Contains("side=\"destination\"", counts.Key, StringComparison.Ordinal);
        Assert.Equal(6, counts.Value);
        Assert.Equal(900e-6, _node.Agent.Samples("netmon_tcp_rtt_seconds_sum").Values.Single(), 12);
        Assert.Equal(6u, _node.Single().Total.DestinationHealth.RoundTrips);
    }

    [Fact]
    public void A_tuple_that_is_used_again_while_the_flow_before_waits_is_a_flow_of_its_own()
    {
        _node.Cluster.Unknown("10.2.0.7");
        var old = _node.FromPod(Client, NewPod, ClientInterface);
        _node.Open(old);
        _node.Process(RecordReason.End, old);
        _node.Wait(100);
        var young = _node.FromPod(Client, NewPod, ClientInterface);
        _node.Open(young);
        Assert.Equal(2, _node.Agent.Table.Count);
        _node.Cluster.Pod("late", "n2", "10.2.0.7");
        _node.Wait(300);

        Assert.Equal(young.State.FirstNs, _node.Single().StartNs);
        Assert.Equal(
            [20L, 0L, 10L],
            _node
                .Agent.TakeEvents()
                .OrderBy(step => step.Flow.StartNs)
                .Select(step => step.Delta.Sent.Packets)
        );
    }

    [Fact]
    public void A_tuple_that_is_used_again_is_a_shadow_again()
    {
        _node.Connections.Add(Client, Service, RemoteWeb, Client);
        for (var use = 1; use <= 2; use++)
        {
            var keys = new[]
            {
                _node.FromPod(Client, Service, ClientInterface),
                _node.Out(Client, RemoteWeb),
            };
            _node.Open(keys);
            _node.Step();
            _node.Process(RecordReason.End, keys);
            _node.Wait(50);
            Assert.Equal(80 * use - 40 * use, _node.Counters.ShadowPackets);
        }

        Assert.Equal(2, _node.Counters.Read(AttributionResult.Shadow));
        Assert.Equal(80_000, _node.Agent.Samples("netmon_bytes_total").Values.Sum());
    }

    [Fact]
    public void A_connection_that_is_tracked_only_later_is_asked_for_again()
    {
        _node.Open(_node.FromPod(Client, Service, ClientInterface));
        _node.Step();
        Assert.Equal(1, _node.Connections.Asked);
        _node.Wait(200);
        Assert.Equal(3, _node.Connections.Asked);
        _node.Connections.Add(Client, Service, RemoteWeb, Client);
        _node.Wait(350);

        Assert.Equal("web2", _node.Single().Attribution.Destination!.Workload.Name);
        Assert.Equal(4, _node.Connections.Asked);
    }

    [Fact]
    public void A_connection_that_is_not_tracked_is_not_waited_for_where_nothing_says_that_it_is_translated()
    {
        _node.Open(_node.Out("192.168.0.1:40000", "198.51.100.7:443"));
        _node.Wait(90);
        Assert.Empty(_node.Agent.Flows());
        _node.Wait(30);

        Assert.Equal("n1", _node.Single().Attribution.Source!.Workload.Name);
        Assert.Equal(1, _node.Counters.Read(AttributionResult.Waited));
        Assert.Equal(3, _node.Connections.Asked);
    }

    [Fact]
    public void Lost_answers_are_asked_for_again()
    {
        _node.Connections.Add(Client, Service, RemoteWeb, Client);
        _node.Connections.Deaf = true;
        _node.Open(_node.FromPod(Client, Service, ClientInterface));
        _node.Wait(500);
        Assert.Empty(_node.Agent.Flows());
        _node.Connections.Deaf = false;
        _node.Wait(50);

        Assert.Equal("web2", _node.Single().Attribution.Destination!.Workload.Name);
        Assert.True(_node.Counters.Read(LookupResult.Unanswered) > 1);
    }

    [Fact]
    public void Questions_beyond_the_rate_wait_and_every_flow_comes_out_in_the_end()
    {
        var node = new NodeUnderTest(rate: 20);
        for (var port = 40000; port < 40060; port++)
        {
            var client = $"10.1.0.2:{port}";
            node.Connections.Add(client, Service, RemoteWeb, client);
            node.Open(node.FromPod(client, Service, ClientInterface), node.Out(client, RemoteWeb));
        }

        node.Wait(3000);

        // 5 saved, and 40 in 2 s: of as many the backend's key is known, too.
        Assert.InRange(node.Connections.Asked, 40, 66);
        Assert.True(node.Counters.Read(LookupResult.Limited) > 0);
        Assert.True(node.Counters.Read(AttributionResult.Timeout) > 0);
        Assert.True(node.Counters.Read(AttributionResult.Shadow) >= 20);
        Assert.Equal(0, node.Counters.Waiting);
        Assert.Equal(
            60 * 40,
            node.Counters.ShadowPackets + node.Agent.Samples("netmon_packets_total").Values.Sum()
        );
    }

    [Fact]
    public void What_waits_when_the_agent_ends_is_reported_with_the_best_that_is_known()
    {
        _node.Cluster.Unknown("10.2.0.7");
        _node.Connections.Add(Client, Service, RemoteWeb, Client);
        var unknown = _node.FromPod("10.1.0.2:41000", NewPod, ClientInterface);
        var ended = _node.FromPod("10.1.0.2:42000", NewPod, ClientInterface).WithFlags(2, 0);
        ended.State.TcpState = FlowTcpState.SynSent;
        _node.Open(unknown, ended);
        _node.Process(RecordReason.End, ended);
        _node.Agent.Pipeline.BeginDrain(_node.NowNs);
        Assert.Equal(2, _node.Counters.Read(AttributionResult.Timeout));

        // What the drain itself brings is asked for, and waits no longer than its batch.
        var asked = _node.FromPod(Client, Service, ClientInterface);
        _node.Process(RecordReason.End, unknown, asked, _node.Out(Client, RemoteWeb));
        _node.Step();

        var events = _node.Agent.TakeEvents();
        Assert.Equal(50, events.Sum(step => step.Delta.Sent.Packets));
        Assert.Equal(3, events.Count(step => step.Kind == FlowEventKind.End));
        Assert.Equal("web2", events[^1].Flow.Attribution.Destination!.Workload.Name);
        Assert.Equal(20, _node.Counters.ShadowPackets);
        Assert.Equal(0, _node.Agent.Table.Count);

        // It timed out by itself, before the drain.
        Assert.Equal(FlowCause.Timeout, events.Last(step => step.Flow.Source.Port == 42000).Flow.Cause);
    }

    [Fact]
    public void As_long_as_the_cluster_was_never_known_flows_wait_longer_but_not_for_ever()
    {
        _node.Cluster.IsSynced = false;
        _node.Cluster.Unknown("10.2.0.7");
        _node.Open(_node.FromPod(Client, NewPod, ClientInterface));
        _node.Wait(5000);
        Assert.Empty(_node.Agent.Flows());
        _node.Wait(5100);
        Assert.Equal("unknown", _node.Single().Attribution.Destination!.Workload.Name);

        _node.Open(_node.FromPod("10.1.0.2:41000", NewPod, ClientInterface));
        _node.Wait(2300);
        Assert.Equal(2, _node.Agent.Flows().Count);
    }

    [Fact]
    public void Shadows_whose_end_never_comes_are_forgotten()
    {
        _node.Connections.Add(Client, Service, RemoteWeb, Client);
        _node.Open(_node.FromPod(Client, Service, ClientInterface), _node.Out(Client, RemoteWeb));
        _node.Step();
        for (var slot = 0; slot < _node.Agent.Table.SlotLimit; slot++)
        {
            _node.Agent.Pipeline.EndIfSilent(slot, before: _node.NowNs + 1);
        }

        Assert.Equal(0, _node.Agent.Table.Count);
        Assert.Equal(1, _node.Agent.Samples("netmon_flows_total").Values.Sum());
    }

    [Fact]
    public void Flows_that_wait_cost_no_memory_each()
    {
        for (var port = 1; port <= 200; port++)
        {
            var client = $"10.1.0.2:{port}";
            _node.Connections.Add(client, Service, RemoteWeb, client);
        }

        var keys = Enumerable
            .Range(1, 200)
            .SelectMany(port =>
                new[]
                {
                    _node.FromPod($"10.1.0.2:{port}", Service, ClientInterface),
                    _node.Out($"10.1.0.2:{port}", RemoteWeb),
                }
            )
            .SelectMany(flow =>
                new[] { flow.Record(RecordReason.Open, (1, 60)), flow.Record(RecordReason.End) }
            )
            .OrderBy(record => record.Reason)
            .ToArray();
        var events = new FlowEvent[256];
        var rounds = 0;
        Assert.Equal(0, Allocation.Least(Round));
        Assert.Equal(rounds * 200, _node.Counters.Read(AttributionResult.Shadow));

        long Round()
        {
            rounds++;
            _node.Time.Advance(TimeSpan.FromSeconds(1));
            var before = GC.GetAllocatedBytesForCurrentThread();
            foreach (ref readonly var record in keys.AsSpan())
            {
                _node.Agent.Pipeline.Process(in record);
                if (record.Reason == RecordReason.End && _node.Counters.Waiting > 0)
                {
                    _node.Step();
                }
            }

            while (_node.Agent.Take(events) > 0) { }
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }
}
