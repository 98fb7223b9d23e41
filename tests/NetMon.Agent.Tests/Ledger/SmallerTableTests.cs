using NetMon.Agent.Ledger;
using NetMon.Agent.Tests.Records;
using NetMon.Bpf.Records;
using static NetMon.Agent.Tests.Ledger.OpenedLedger;

namespace NetMon.Agent.Tests.Ledger;

/// <summary>An agent whose flow table is smaller than that of the one before, which was killed.</summary>
public sealed class SmallerTableTests : IDisposable
{
    private const int Flows = 20;
    private const int Room = 5;

    private readonly string _directory = Directory.CreateTempSubdirectory("netmon-ledger-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void What_was_counted_after_the_last_checkpoint_is_counted_though_not_all_flows_have_room()
    {
        using (var first = Open(new PipelineUnderTest(follow: false), out var agent, out _))
        {
            for (var i = 0; i < Flows; i++)
            {
                Take(first, agent, FlowOf(i).Record(RecordReason.Open, (3, 180), (2, 120)));
                Take(first, agent, FlowOf(i).Record(RecordReason.Update, (1, 60)));
            }

            Assert.Equal(Flows * (3 + 2 + 1), Packets(agent));
        }

        using var second = Open(
            new PipelineUnderTest(capacity: Room, follow: false),
            out var next,
            out var counters
        );

        Assert.All(LedgerRefusal.All, reason => Assert.Equal(0, counters.Refused(reason)));
        Assert.Equal(2 * Flows, counters.Replayed);
        Assert.Equal(Flows * (3 + 2 + 1), Packets(next));
        Assert.Equal(Room, next.Table.Count);
        Assert.NotEqual(0, next.Samples("netmon_records_untracked_total").Values.Sum());
    }

    private static TestFlow FlowOf(int number) => new($"10.0.0.1:{40_000 + number}", "10.0.0.2:80");

    private FlowLedger Open(PipelineUnderTest made, out PipelineUnderTest agent, out LedgerCounters counters)
    {
        agent = made;
        counters = new LedgerCounters();
        return OpenedLedger.Open(_directory, Guid.Empty, agent, counters);
    }

    private static double Packets(PipelineUnderTest agent) =>
        agent.Samples("netmon_packets_total").Values.Sum();
}
