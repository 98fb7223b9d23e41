using NetMon.Agent.Tests.Records;
using NetMon.Bpf.Records;
using NetMon.Testing;

namespace NetMon.Agent.Tests.Flows;

[Collection(Alone.Name)]
public sealed class AllocationTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_record_allocates_nothing_in_steady_state(bool followed)
    {
        var agent = new PipelineUnderTest(follow: followed);
        // One for each table of the index on average: one that grows at its limit and shrinks again would allocate.
        var flows = new FlowRecord[256][];
        for (var i = 0; i < flows.Length; i++)
        {
            var flow = new TestFlow($"10.0.0.{i % 64}:{40000 + i}", "10.0.0.2:80").Established();
            flows[i] =
            [
                flow.Record(RecordReason.Open, (3, 180), (1, 60)),
                flow.Record(RecordReason.Update, (3, 180), (1, 60)),
                flow.Record(RecordReason.Close, (3, 180), (1, 60)),
                flow.Record(RecordReason.End, (3, 180), (1, 60)),
            ];
        }

        var events = new NetMon.Core.Flows.FlowEvent[256];
        Assert.Equal(0, Allocation.Of(Round));

        void Round()
        {
            // Step by step over all flows, so that hundreds are active at once.
            for (var step = 0; step < 4; step++)
            {
                foreach (var records in flows)
                {
                    agent.Pipeline.Process(in records[step]);
                }

                while (followed && agent.Take(events) > 0) { }
            }
        }
    }
}
