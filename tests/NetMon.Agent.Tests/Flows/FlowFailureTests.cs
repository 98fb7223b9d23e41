using NetMon.Agent.Tests.Records;
using NetMon.Bpf.Records;
using NetMon.Core.Flows;

namespace NetMon.Agent.Tests.Flows;

/// <summary>What failed is counted once, by cause.</summary>
public sealed class FlowFailureTests
{
    private const ushort Fin = 0x01;
    private const ushort Rst = 0x04;
    private const ushort Syn = 0x02;
    private const ushort Ack = 0x10;

    private readonly PipelineUnderTest _agent = new();
    private int _port = 40_000;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Failures_are_the_flows_that_failed_and_those_that_a_reset_broke_off(int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < 400; i++)
        {
            var flow = Next(protocol: random.Next(3) == 0 ? IpProtocol.Udp : IpProtocol.Tcp);
            flow.State.TcpState = (FlowTcpState)random.Next(7);
            flow.WithFlags((ushort)random.Next(0x20), (ushort)random.Next(0x20));
            _agent.Process(Record(RecordReason.Open));
            _agent.Process(Record(RecordReason.Update));
            flow.WithFlags((ushort)random.Next(0x20), (ushort)random.Next(0x20));
            _agent.Process(Record(RecordReason.Close));
            _agent.Process(Record(RecordReason.End));

            FlowRecord Record(RecordReason reason)
            {
                var record = flow.Record(reason, (1, 60), ((ulong)random.Next(2), 60));
                record.Events.IcmpErrors = (uint)random.Next(2);
                record.State.IcmpErrorType = 3;
                record.State.IcmpErrorCode = (byte)random.Next(16);
                return record;
            }
        }

        var events = _agent.TakeEvents();
        var ends = events.Where(step => step.Kind == FlowEventKind.End).Select(step => step.Flow).ToArray();
        var failed = _agent
            .Samples("netmon_flows_total")
            .Where(one => one.Key.Contains("failed", StringComparison.Ordinal))
            .Sum(one => one.Value);
        var failures = _agent.Samples("netmon_flow_failures_total");
        var broken = failures.Where(one => one.Key.Contains("reset-by-", StringComparison.Ordinal)).ToArray();
        Assert.NotEmpty(broken);
        Assert.Equal(failed, failures.Except(broken).Sum(one => one.Value));
        Assert.Equal(400, _agent.Samples("netmon_flows_total").Values.Sum());
        Assert.Equal(ends.Count(flow => flow.Status == FlowStatus.Failed), failed);
        Assert.Equal(
            ends.Count(flow => flow.Status == FlowStatus.Ok && flow.Cause != FlowCause.None),
            broken.Sum(one => one.Value)
        );
        Assert.Equal(
            ends.Where(flow => flow.Cause != FlowCause.None)
                .CountBy(flow => flow.Cause.Word())
                .OrderBy(one => one.Key, StringComparer.Ordinal)
                .Select(one => (one.Key, (double)one.Value)),
            failures
                .GroupBy(one => one.Key.Split("cause=\"")[1].Split('"')[0])
                .OrderBy(one => one.Key, StringComparer.Ordinal)
                .Select(one => (one.Key, one.Sum(each => each.Value)))
        );
    }

    [Fact]
    public void A_connection_that_the_server_broke_off_came_about_and_is_a_failure_once()
    {
        var flow = Next().Established();
        _agent.Process(flow.Record(RecordReason.Open, (2, 120), (1, 60)));
        flow.WithFlags(Ack, Rst);
        flow.State.TcpState = FlowTcpState.Reset;
        _agent.Process(flow.Record(RecordReason.Close, (2, 120), (1, 60)));
        _agent.Process(flow.Record(RecordReason.Update, (2, 120), (1, 60)));
        _agent.Process(flow.Record(RecordReason.End));

        Assert.Equal(1, Failures("reset-by-server"));
        Assert.Equal(1, _agent.Samples("netmon_flows_total").Values.Sum());
    }

    [Fact]
    public void Of_two_resets_in_two_records_the_first_is_the_cause_also_of_a_flow_that_was_turned_round()
    {
        var flow = default(Flow);
        var test = Next().Established();
        Apply();
        test.WithFlags(0, Rst);
        Apply();
        test.WithFlags(Rst, 0);
        Apply();
        Assert.Equal(FlowEnd.Destination, flow.FirstReset);
        NetMon.Agent.Flows.RecordTranslator.Swap(ref flow);
        Assert.Equal(FlowEnd.Source, flow.FirstReset);

        void Apply()
        {
            var record = test.Record(RecordReason.Update);
            if (flow.StartNs == 0)
            {
                NetMon.Agent.Flows.RecordTranslator.Begin(in record, new(), ref flow);
            }

            NetMon.Agent.Flows.RecordTranslator.Advance(in record, test.Initiator, default, ref flow);
        }
    }

    [Fact]
    public void A_client_that_gave_up_has_aborted()
    {
        var flow = Next().With(FlowFlags.SynSeen).WithFlags(Syn, Syn | Ack);
        flow.State.TcpState = FlowTcpState.SynReceived;
        _agent.Process(flow.Record(RecordReason.Open, (1, 60), (1, 60)));
        flow.WithFlags(Rst, 0);
        flow.State.TcpState = FlowTcpState.Reset;
        _agent.Process(flow.Record(RecordReason.Close, (1, 60)));
        Assert.Equal(1, Failures("aborted"));
    }

    [Fact]
    public void A_SYN_that_a_rule_dropped_failed_by_policy_when_the_drop_came_before_the_end()
    {
        var flow = Next().With(FlowFlags.SynSeen).WithFlags(Syn, 0);
        flow.State.TcpState = FlowTcpState.SynSent;
        _agent.Process(flow.Record(RecordReason.Open, (1, 60)));
        var slot = _agent.Table.Find(in flow.Key, flow.State.FirstNs);
        _agent.Table[slot].Flow.Drops = new([new("NETFILTER_DROP", 1, 60, 0, 0)]) { ByPolicy = true };
        _agent.Process(flow.Record(RecordReason.End));

        Assert.Equal(1, Failures("policy"));
        Assert.Equal(FlowCause.Policy, _agent.TakeEvents()[^1].Flow.Cause);
    }

    [Fact]
    public void A_request_without_an_answer_has_failed_and_one_way_datagrams_have_not()
    {
        End(Next("10.0.0.2:53", IpProtocol.Udp));
        End(Next("10.0.0.2:514", IpProtocol.Udp));
        Assert.Equal(1, Failures("no-answer"));

        // Once a server has answered, its silence is a failure.
        End(Next("10.0.0.2:9000", IpProtocol.Udp));
        Assert.Equal(1, Failures("no-answer"));
        End(Next("10.0.0.2:9000", IpProtocol.Udp).With(FlowFlags.Replied), answers: 1);
        End(Next("10.0.0.2:9000", IpProtocol.Udp));
        Assert.Equal(2, Failures("no-answer"));
        Assert.Equal(2, _agent.Samples("netmon_flow_failures_total").Values.Sum());
    }

    private void End(TestFlow flow, ulong answers = 0)
    {
        _agent.Process(flow.Record(RecordReason.Open, (1, 60), (answers, answers * 60)));
        _agent.Process(flow.Record(RecordReason.End));
    }

    private TestFlow Next(string destination = "10.0.0.2:80", byte protocol = IpProtocol.Tcp) =>
        new($"10.0.0.1:{_port++}", destination, protocol);

    private double Failures(string cause) =>
        _agent
            .Samples("netmon_flow_failures_total")
            .Where(one => one.Key.Contains($"cause=\"{cause}\"", StringComparison.Ordinal))
            .Sum(one => one.Value);
}
