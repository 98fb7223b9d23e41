using NetMon.Agent.Tests.Records;
using NetMon.Bpf.Records;
using NetMon.Core.Flows;

namespace NetMon.Agent.Tests.Flows;

/// <summary>Where one flow of N is counted, each of its figures stands for N; the flow itself shows its own.</summary>
public class SampledFlowTests
{
    private readonly PipelineUnderTest _agent = new();

    [Fact]
    public void Every_figure_of_a_flow_counts_as_often_as_its_rate_says()
    {
        var flow = new TestFlow("10.0.0.1:40000", "10.0.0.2:80").Established();
        flow.Handshake.RequestUs = 200;
        flow.Handshake.ResponseUs = 300;
        var record = flow.Record(RecordReason.Open, (5, 500), (4, 4000));
        record.SamplingRate = 8;
        record.Events.Retransmits[flow.Initiator] = 2;
        record.Events.Resets[flow.Initiator] = 1;
        record.Events.Gaps[flow.Initiator] = 3;
        record.RoundTrips.SumUs[flow.Initiator] = 150;
        record.RoundTrips.Buckets[flow.Initiator][1] = 2;

        var step = _agent.ProcessOne(in record);

        Assert.Equal(8, step.Flow.SamplingRate);
        Assert.Equal(5, step.Flow.Total.Sent.Packets);
        Assert.Equal(2, step.Delta.RetransmitsSent);
        Assert.Equal(8 * 9, Sum("netmon_packets_total"));
        Assert.Equal(8 * 4500, Sum("netmon_bytes_total"));
        Assert.Equal(8, Sum("netmon_flows_total"));
        Assert.Equal(8, Sum("netmon_flows_active"));
        Assert.Equal(8 * 2, Sum("netmon_tcp_retransmits_total"));
        Assert.Equal(8, Sum("netmon_tcp_resets_total"));
        Assert.Equal(8 * 3, Sum("netmon_tcp_events_total"));
        Assert.Equal(8 * 2, Sum("netmon_tcp_rtt_seconds_count"));
        Assert.Equal(8 * 150e-6, Sum("netmon_tcp_rtt_seconds_sum"), 9);
        Assert.Equal(8 * 4, Sum("netmon_latency_seconds_count")); // connect and its two parts, first_byte
        Assert.Equal(8 * (150 + 100 + 50 + 100) * 1e-6, Sum("netmon_latency_seconds_sum"), 9);
    }

    [Fact]
    public void A_failure_counts_as_often_as_the_rate_says()
    {
        var flow = new TestFlow("10.0.0.1:40000", "10.0.0.2:80").With(FlowFlags.SynSeen | FlowFlags.Refused);
        flow.WithFlags(0x02, 0x14).State.TcpState = FlowTcpState.Reset;
        var record = flow.Record(RecordReason.Open, (1, 60), (1, 40));
        record.SamplingRate = 16;
        _agent.Process(in record);

        Assert.Equal(16, Sum("netmon_flow_failures_total"));
    }

    [Fact]
    public void Each_record_counts_at_its_own_rate_and_the_flow_stands_for_the_latest()
    {
        var flow = new TestFlow("10.0.0.1:40000", "10.0.0.2:80").Established();
        Send(flow, RecordReason.Open, 10, rate: 1);
        Assert.Equal(1, Sum("netmon_flows_active"));
        Send(flow, RecordReason.Update, 10, rate: 1);
        Send(flow, RecordReason.Update, 10, rate: 4);
        Assert.Equal(10 + 10 + 40, Sum("netmon_packets_total"));
        Assert.Equal(4, Sum("netmon_flows_active"));
        Assert.Equal(1, Sum("netmon_flows_total")); // decided when each flow was counted
        Assert.Equal(4, Assert.Single(_agent.Flows()).SamplingRate);

        Send(flow, RecordReason.Update, 0, rate: 2);
        Assert.Equal(2, Sum("netmon_flows_active"));
        Send(flow, RecordReason.End, 1, rate: 2);
        Assert.Equal(62, Sum("netmon_packets_total"));
        Assert.Equal(0, Sum("netmon_flows_active"));
        Assert.Equal([1, 1, 4, 2, 2], _agent.TakeEvents().Select(step => step.Flow.Weight));
    }

    [Fact]
    public void A_record_without_a_rate_is_one_of_a_kernel_that_does_not_sample()
    {
        Send(new TestFlow("10.0.0.1:40000", "10.0.0.2:80").Established(), RecordReason.Open, 3, rate: 0);

        Assert.Equal(3, Sum("netmon_packets_total"));
        Assert.Equal(1, Sum("netmon_flows_total"));
    }

    [Fact]
    public void A_flow_that_is_no_longer_chosen_has_not_failed()
    {
        var flow = new TestFlow("10.0.0.1:40000", "10.0.0.2:80").With(FlowFlags.SynSeen).WithFlags(0x02, 0);
        flow.State.TcpState = FlowTcpState.SynSent;
        Send(flow, RecordReason.Open, 1, rate: 1);
        flow.With(FlowFlags.Left);
        Send(flow, RecordReason.End, 0, rate: 1);

        Assert.Equal(0, Sum("netmon_flow_failures_total"));
        Assert.Equal(0, Sum("netmon_flows_active"));
        Assert.Equal(1, Sum("netmon_packets_total"));
    }

    private void Send(TestFlow flow, RecordReason reason, ulong packets, uint rate)
    {
        var record = flow.Record(reason, (packets, packets * 100));
        record.SamplingRate = rate;
        _agent.Process(in record);
    }

    private double Sum(string name) => _agent.Samples(name).Values.Sum();
}
