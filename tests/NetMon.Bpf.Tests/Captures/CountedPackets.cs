using NetMon.Bpf.Tests.Reference;
using NetMon.Bpf.Tests.TestRun;

namespace NetMon.Bpf.Tests.Captures;

/// <summary>Everything that was made of a capture's packets: each is in a flow or in one of the counters.</summary>
internal sealed class CountedPackets
{
    public FlowTally Flows { get; } = [];
    public long Arp { get; set; }
    public long NonIp { get; set; }
    public long Malformed { get; set; }

    public void Add(SeenFlow flow)
    {
        for (var end = 0; end < 2; end++)
        {
            var (sender, receiver) = TruthTally.WithoutIdentifier(
                flow.Key.Protocol,
                flow.End(end),
                flow.End(1 - end)
            );
            var amount = flow.By(end);
            if (amount.Packets != 0)
            {
                Flows.Add(
                    flow.Key.Protocol,
                    sender,
                    receiver,
                    amount.Packets,
                    amount.Bytes,
                    flow.State.TcpFlags[end]
                );
            }
        }
    }

    public void Add(in ReferencePacket packet)
    {
        switch (packet.Kind)
        {
            case ReferenceKind.Arp:
                Arp++;
                break;
            case ReferenceKind.NonIp:
                NonIp++;
                break;
            case ReferenceKind.Malformed:
                Malformed++;
                break;
            default:
                var (sender, receiver) = TruthTally.WithoutIdentifier(
                    packet.Protocol,
                    packet.Source,
                    packet.Destination
                );
                Flows.Add(packet.Protocol, sender, receiver, 1, packet.Bytes, packet.TcpFlags);
                break;
        }
    }
}
