using NetMon.Agent.Tests.Records;
using NetMon.Bpf.Records;
using NetMon.Core.Flows;

namespace NetMon.Agent.Tests.Flows;

public sealed class FlowPipelineTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Deltas_add_up_to_totals_and_metrics_however_records_interleave(int seed)
    {
        var random = new Random(seed);
        var agent = new PipelineUnderTest(capacity: 5000, maxSeries: 50);
        var queues = new List<Queue<FlowRecord>>();
        long sentBytes = 0;
        long receivedBytes = 0;
        long packets = 0;
        long lateRecords = 0;
        for (var i = 0; i < 400; i++)
        {
            var records = new Queue<FlowRecord>();
            queues.Add(records);
            var host = $"10.0.{random.Next(4)}.{random.Next(8)}:{random.Next(1, 60000)}";
            var peer = $"10.1.0.{random.Next(8)}:{random.Next(1, 60000)}";

            // Each tuple is used by several flows in turn, told apart by their start.
            for (var generation = 0; generation < random.Next(1, 4); generation++)
            {
                var start = (ulong)((i * 10) + generation + 1) * 1_000_000;
                var flow = new TestFlow(
                    host,
                    peer,
                    random.Next(2) == 0 ? IpProtocol.Tcp : IpProtocol.Udp,
                    start
                );
                var updates = random.Next(0, 5);
                records.Enqueue(Fill(flow, RecordReason.Open));
                for (var update = 0; update < updates; update++)
                {
                    records.Enqueue(Fill(flow, RecordReason.Update));
                }

                records.Enqueue(Fill(flow, RecordReason.End));
                if (random.Next(3) == 0)
                {
                    records.Enqueue(Fill(flow, RecordReason.Late));
                    lateRecords++;
                }
            }
        }

        var totals = new Dictionary<FlowIdentity, FlowCounts>();
        var ended = new Dictionary<FlowIdentity, Flow>();
        while (queues.Count > 0)
        {
            var queue = queues[random.Next(queues.Count)];
            if (queue.Count == 0)
            {
                queues.Remove(queue);
                continue;
            }

            var record = queue.Dequeue();
            var step = agent.ProcessOne(in record);
            var identity = step.Flow.Identity;
            totals.TryGetValue(identity, out var total);
            total.Add(in step.Delta);
            totals[identity] = total;
            if (record.Reason == RecordReason.End)
            {
                Assert.Equal(total.Sent.Bytes, step.Flow.Total.Sent.Bytes);
                Assert.Equal(total.Received.Packets, step.Flow.Total.Received.Packets);
                Assert.NotEqual(FlowStatus.Pending, step.Flow.Status);
                Assert.True(ended.TryAdd(identity, step.Flow));
            }
        }

        Assert.Equal(sentBytes, totals.Values.Sum(total => total.Sent.Bytes));
        Assert.Equal(receivedBytes, totals.Values.Sum(total => total.Received.Bytes));
        Assert.Equal(sentBytes + receivedBytes, agent.Samples("netmon_bytes_total").Values.Sum());
        Assert.Equal(packets, agent.Samples("netmon_packets_total").Values.Sum());
        Assert.Equal(ended.Count, agent.Samples("netmon_flows_total").Values.Sum());
        Assert.Equal(0, agent.Samples("netmon_flows_active").Values.Sum());
        Assert.Equal(lateRecords, agent.Samples("netmon_records_untracked_total")["{reason=\"late\"}"]);
        Assert.Equal(0, agent.Samples("netmon_records_failed_total")[""]);
        Assert.Equal(0, agent.Table.Count);

        FlowRecord Fill(TestFlow flow, RecordReason reason)
        {
            var sent = (Packets: (ulong)random.Next(0, 9), Bytes: (ulong)random.Next(0, 9000));
            var received = (Packets: (ulong)random.Next(0, 9), Bytes: (ulong)random.Next(0, 9000));
            sent.Bytes = sent.Packets == 0 ? 0 : sent.Bytes;
            received.Bytes = received.Packets == 0 ? 0 : received.Bytes;
            var record = flow.Record(reason, sent, received);

            // What the translator takes for the source may be the other end.
            var source = agent.Rules.AreSwapped(
                Endpoint(record, flow.Initiator),
                Endpoint(record, 1 - flow.Initiator),
                record.Key.Protocol,
                (record.State.Observer[flow.Initiator], record.State.Observer[1 - flow.Initiator])
            )
                ? received
                : sent;
            var destination = source == sent ? received : sent;
            sentBytes += (long)source.Bytes;
            receivedBytes += (long)destination.Bytes;
            packets += (long)(sent.Packets + received.Packets);
            return record;
        }
    }

    [Fact]
    public void A_reused_tuple_is_a_flow_of_its_own_even_before_the_old_one_ended()
    {
        var agent = new PipelineUnderTest();
        var old = new TestFlow("10.0.0.1:40000", "10.0.0.2:80", startNs: 1000);
        var young = new TestFlow("10.0.0.1:40000", "10.0.0.2:80", startNs: 9000);
        agent.Process(old.Record(RecordReason.Open, (1, 60)));
        agent.Process(young.Record(RecordReason.Open, (1, 60)));
        Assert.Equal(2, agent.Table.Count);

        agent.Process(old.Record(RecordReason.End, (5, 500)));
        var left = Assert.Single(agent.Flows());
        Assert.Equal(9000ul, left.StartNs);
        Assert.Equal(1, left.Total.Sent.Packets);
    }

    [Fact]
    public void A_late_record_counts_but_brings_no_flow_back()
    {
        var agent = new PipelineUnderTest();
        var flow = new TestFlow("10.0.0.1:40000", "10.0.0.2:80").Established();
        agent.Process(flow.Record(RecordReason.Open, (1, 60)));
        agent.Process(flow.Record(RecordReason.End, (1, 52)));
        var identity = agent.TakeEvents()[^1].Flow.Identity;

        var late = agent.ProcessOne(flow.Record(RecordReason.Late, (0, 0), (1, 40)));

        Assert.Equal(FlowEventKind.End, late.Kind);
        Assert.Equal(identity, late.Flow.Identity);
        Assert.Equal(40, late.Delta.Received.Bytes);
        Assert.Equal(0, agent.Table.Count);
        Assert.Equal(1, agent.Samples("netmon_flows_total").Values.Sum());
        Assert.Equal(152, agent.Samples("netmon_bytes_total").Values.Sum());
    }

    [Fact]
    public void A_late_record_that_overtakes_the_end_belongs_to_the_flow()
    {
        var agent = new PipelineUnderTest();
        var flow = new TestFlow("10.0.0.1:40000", "10.0.0.2:80").Established();
        agent.Process(flow.Record(RecordReason.Open, (1, 60)));
        agent.Process(flow.Record(RecordReason.Late, (0, 0), (1, 40)));
        agent.Process(flow.Record(RecordReason.End, (1, 52)));

        var end = agent.TakeEvents()[^1];
        Assert.Equal(112, end.Flow.Total.Sent.Bytes);
        Assert.Equal(40, end.Flow.Total.Received.Bytes);
        Assert.Equal(0, agent.Table.Count);
    }

    [Fact]
    public void Counts_of_flows_that_find_no_room_are_in_the_metrics_and_in_streams_and_are_named()
    {
        var agent = new PipelineUnderTest(capacity: 1);
        agent.Process(new TestFlow("10.0.0.1:40000", "10.0.0.2:80").Record(RecordReason.Open, (1, 60)));
        var other = new TestFlow("10.0.0.3:40000", "10.0.0.2:80");
        agent.Process(other.Record(RecordReason.Open, (1, 60)));
        agent.Process(other.Record(RecordReason.End, (2, 80)));

        Assert.Equal(200, agent.Samples("netmon_bytes_total").Values.Sum());
        Assert.Equal(2, agent.Samples("netmon_records_untracked_total")["{reason=\"table_full\"}"]);
        Assert.Equal(1, agent.Samples("netmon_flows_active").Values.Sum());
        Assert.Equal(200, agent.TakeEvents().Sum(step => step.Delta.Sent.Bytes));
    }

    [Fact]
    public void Status_is_counted_once_and_connect_latency_is_observed_once()
    {
        var agent = new PipelineUnderTest();
        var flow = new TestFlow("10.0.0.1:40000", "10.0.0.2:80").Established(synAckUs: 2000, ackUs: 3000);
        agent.Process(flow.Record(RecordReason.Open, (2, 112), (1, 60)));
        agent.Process(flow.Record(RecordReason.Update, (2, 112), (1, 60)));
        agent.Process(flow.Record(RecordReason.Close, (2, 112), (1, 60)));
        agent.Process(flow.Record(RecordReason.End));

        Assert.Equal(
            1,
            agent.Samples("netmon_flows_total")[
                "{src_ip=\"10.0.0.1\",dst_ip=\"10.0.0.2\",protocol=\"tcp\",direction=\"egress\",status=\"ok\"}"
            ]
        );
        Assert.Equal((1, 0.003), Latency("connect"));
        Assert.Equal((1, 0.002), Latency("connect_server"));
        Assert.Equal((1, 0.001), Latency("connect_client"));
        Assert.Equal(4, agent.Samples("netmon_ebpf_events_processed_total")[""]);

        (double, double) Latency(string type) =>
            (Of("netmon_latency_seconds_count", type), Math.Round(Of("netmon_latency_seconds_sum", type), 9));

        double Of(string name, string type) =>
            agent
                .Samples(name)
                .Single(one => one.Key.Contains($"type=\"{type}\"", StringComparison.Ordinal))
                .Value;
    }

    [Fact]
    public void Bytes_are_counted_by_sender_and_receiver_with_the_local_view_of_each_way()
    {
        var agent = new PipelineUnderTest();
        agent.Process(
            new TestFlow("10.0.0.1:40000", "10.0.0.2:80").Record(RecordReason.Open, (1, 60), (2, 3000))
        );

        var bytes = agent.Samples("netmon_bytes_total");
        Assert.Equal(
            60,
            bytes["{src_ip=\"10.0.0.1\",dst_ip=\"10.0.0.2\",protocol=\"tcp\",direction=\"egress\"}"]
        );
        Assert.Equal(
            3000,
            bytes["{src_ip=\"10.0.0.2\",dst_ip=\"10.0.0.1\",protocol=\"tcp\",direction=\"ingress\"}"]
        );
    }

    [Fact]
    public void Between_two_pods_of_a_node_bytes_count_as_sent_and_as_received()
    {
        var agent = new PipelineUnderTest();
        var flow = new TestFlow("10.0.0.1:40000", "10.0.0.2:80").ObservedAt(
            sent: 7 | FlowStateRecord.ObserverPod,
            received: 8 | FlowStateRecord.ObserverPod
        );
        agent.Process(flow.Record(RecordReason.Open, (1, 60), (1, 70)));

        Assert.Equal([60, 60, 70, 70], agent.Samples("netmon_bytes_total").Values.Order());
        Assert.Equal(
            130,
            agent
                .Samples("netmon_bytes_total")
                .Where(sample => sample.Key.Contains("egress", StringComparison.Ordinal))
                .Sum(sample => sample.Value)
        );
    }

    [Fact]
    public void When_a_direction_moves_to_a_pod_its_bytes_stay_where_the_local_view_is_the_same()
    {
        var agent = new PipelineUnderTest();
        var flow = new TestFlow("10.0.0.1:40000", "10.0.0.2:80").ObservedAt(
            sent: 2 | FlowStateRecord.ObserverEgress,
            received: 2
        );
        agent.Process(flow.Record(RecordReason.Open, (1, 60)));
        flow.ObservedAt(sent: 9 | FlowStateRecord.ObserverPod, received: 2);
        agent.Process(flow.Record(RecordReason.Update, (1, 70)));

        Assert.Equal(130, Assert.Single(agent.Samples("netmon_bytes_total")).Value);
        Assert.Equal(9, Assert.Single(agent.Flows()).Source.InterfaceIndex);
    }

    [Fact]
    public void At_the_end_of_our_observation_what_is_pending_stays_pending()
    {
        var agent = new PipelineUnderTest();
        var flow = new TestFlow("10.0.0.1:40000", "10.0.0.2:80").With(FlowFlags.SynSeen).WithFlags(2, 0);
        flow.State.TcpState = FlowTcpState.SynSent;
        agent.Process(flow.Record(RecordReason.Open, (1, 60)));
        agent.Pipeline.BeginDrain(0);
        agent.Process(flow.Record(RecordReason.End));

        Assert.Equal(FlowStatus.Pending, agent.TakeEvents()[^1].Flow.Status);
        Assert.Empty(agent.Samples("netmon_flows_total"));
    }

    [Fact]
    public void A_flow_whose_end_never_came_is_ended_and_named()
    {
        var agent = new PipelineUnderTest();
        agent.Process(
            new TestFlow("10.0.0.1:40000", "10.0.0.2:53", IpProtocol.Udp, startNs: 5_000_000).Record(
                RecordReason.Open,
                (1, 60)
            )
        );
        var search = new Agent.Flows.OrphanSearch(agent.Table, agent.Pipeline, TimeSpan.FromSeconds(1));

        search.Step(2_000_000_000);
        Assert.Equal(1, agent.Table.Count);
        search.Step(2_100_000_000);
        Assert.Equal(0, agent.Table.Count);
        Assert.Equal(FlowEventKind.End, agent.TakeEvents()[^1].Kind);
        Assert.Equal(1, agent.Samples("netmon_flows_orphaned_total")[""]);
        Assert.Equal(0, agent.Samples("netmon_flows_active").Values.Sum());
    }

    private static FlowEndpoint Endpoint(FlowRecord record, int end) =>
        new(new NetworkAddress(record.Key.Address[end]), record.Key.Port[end], 0);
}
