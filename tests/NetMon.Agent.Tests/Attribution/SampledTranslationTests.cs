using NetMon.Agent.Attribution;
using NetMon.Agent.Interfaces;
using NetMon.Agent.Tests.Records;
using NetMon.Bpf;
using NetMon.Bpf.Records;
using NetMon.Core.Endpoints;
using NetMon.Core.Networks;

namespace NetMon.Agent.Tests.Attribution;

/// <summary>A container's connections through masquerading, of which the kernel chooses either tuple by its own hash.</summary>
public sealed class SampledTranslationTests
{
    private const int Rate = 4;
    private const uint Uplink = 2;
    private const uint Container = 9 | FlowStateRecord.ObserverPod;
    private const uint Leaves = FlowStateRecord.ObserverEgress;
    private const string Server = "198.51.100.7:443";

    // One time for all of them, however long it takes to make them: flows wait no longer than 2 s.
    private readonly ulong _now = WallClock.MonotonicNs;
    private readonly TestConnections _connections = new();
    private readonly PipelineUnderTest _agent;

    public SampledTranslationTests()
    {
        var view = new StandaloneView(NetworkNames.None);
        var addresses = new LocalAddresses(TimeProvider.System);
        addresses.AddOwn(TestCluster.Address("192.168.0.1"));
        addresses.AddPod(9, 0);
        addresses.SetAddresses(9, [TestCluster.Address("172.17.0.2")]);
        _agent = new PipelineUnderTest(
            follow: false,
            sources: new AttributionSources
            {
                View = view,
                Addresses = addresses,
                Node = new ThisNode(view, null, "myhost"),
                Clock = new WallClock(TimeProvider.System),
                Connections = _connections,
            }
        );
    }

    [Fact]
    public void Connections_with_two_tuples_have_one_chance_to_be_counted()
    {
        const int Connections = 2000;
        var (before, behind, both) = (0, 0, 0);
        for (var i = 0; i < Connections; i++)
        {
            var (client, masqueraded) = ($"172.17.0.2:{20_000 + i}", $"192.168.0.1:{40_000 + (i * 7)}");
            _connections.Add(client, Server, Server, masqueraded);
            var first = Offer(client, Container, Container | Leaves);
            var second = Offer(masqueraded, Uplink | Leaves, Uplink);
            (before, behind, both) = (
                before + (first ? 1 : 0),
                behind + (second ? 1 : 0),
                both + (first && second ? 1 : 0)
            );
        }

        for (var second = 0ul; second < 5; second++)
        {
            _agent.Pipeline.Attribute(_now + (second * 1_000_000_000));
        }

        Assert.InRange(both, 1, before - 1);
        Assert.InRange(behind, both + 1, Connections);
        Assert.Equal(before * Rate, _agent.Samples("netmon_flows_active").Values.Sum());
        Assert.Equal(before * Rate, _agent.Samples("netmon_packets_total").Values.Sum());
        Assert.Equal(behind * Rate, _agent.Attribution.ShadowPackets);
    }

    // What the kernel does not choose, never comes.
    private bool Offer(string source, uint sent, uint received)
    {
        var flow = new TestFlow(source, Server, startNs: _now)
            .With(FlowFlags.SynSeen)
            .ObservedAt(sent, received);
        if (!FlowSample.Has(in flow.Key, Rate))
        {
            return false;
        }

        var record = flow.Record(RecordReason.Open, (1, 100));
        record.SamplingRate = Rate;
        _agent.Process(in record);
        return true;
    }
}
