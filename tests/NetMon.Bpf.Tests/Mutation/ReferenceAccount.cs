using NetMon.Bpf.Tests.Reference;
using NetMon.Bpf.Tests.TestRun;

namespace NetMon.Bpf.Tests.Mutation;

/// <summary>Where the reference reader says that each packet belongs.</summary>
internal sealed class ReferenceAccount
{
    private readonly long[] _kinds = new long[4];
    private readonly FlowTally _flows = [];

    public void Add(in ReferencePacket packet)
    {
        _kinds[(int)packet.Kind]++;
        if (packet.Kind == ReferenceKind.Ip)
        {
            _flows.Add(packet.Protocol, packet.Source, packet.Destination, 1, packet.Bytes, packet.TcpFlags);
        }
    }

    /// <summary>The kernel's account since the load is this one, packet by packet; <paramref name="where"/> stands in the message.</summary>
    public void AssertEqual(KernelRun run, string where)
    {
        var tally = new FlowTally();
        foreach (var flow in run.Drain())
        {
            for (var end = 0; end < 2; end++)
            {
                var amount = flow.By(end);
                if (amount.Packets != 0)
                {
                    tally.Add(
                        flow.Key.Protocol,
                        flow.End(end),
                        flow.End(1 - end),
                        amount.Packets,
                        amount.Bytes,
                        flow.State.TcpFlags[end]
                    );
                }
            }
        }

        var inFlows = tally.Values.Sum(t => t.Packets.Sum());
        Assert.Equal((where, run.PacketsFed), (where, inFlows + run.OutsideFlows()));
        var counters = run.Counters;
        Assert.Equal(
            $"{where}: {_kinds[1]} ARP, {_kinds[2]} not IP, {_kinds[3]} malformed, 0 skipped, 0 overflowed",
            $"{where}: {counters.Arp} ARP, {counters.NonIp} not IP, {counters.Malformed} malformed, "
                + $"{counters.SkippedPackets} skipped, {run.Overflow().Packets} overflowed"
        );
        var differences = tally.DifferencesFrom(_flows);
        Assert.True(differences.Count == 0, $"{where}: {string.Join('\n', differences.Take(20))}");
    }

    public override string ToString() =>
        $"{_kinds[0]} in {_flows.Count} flows, {_kinds[1]} ARP, {_kinds[2]} not IP, {_kinds[3]} malformed";
}
