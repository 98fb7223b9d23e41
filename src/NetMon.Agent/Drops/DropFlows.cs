using NetMon.Agent.Capture;
using NetMon.Agent.Flows;
using NetMon.Bpf.Records;
using NetMon.Core.Drops;
using NetMon.Core.Flows;

namespace NetMon.Agent.Drops;

/// <summary>Gives drops to their flows, to the metrics and to those who read them. The capture loop's.</summary>
/// <remarks>
/// A drop may be read before the first record of its flow, or while its flow waits for attribution: then it waits, too, so that its
/// labels are those of the flow. What no flow turns up for in time was never at an interface, and is attributed by its addresses.
/// </remarks>
internal sealed class DropFlows(
    DropReader reader,
    DropReasons reasons,
    DropPlaces places,
    DropEnds ends,
    FlowTable table,
    DropMetrics metrics,
    DropLog log,
    DropCounters counters,
    uint ownNetns
) : ISideSource
{
    /// <summary>A flow's first record leaves the kernel at once.</summary>
    private const ulong FlowPatienceNs = 300_000_000;

    /// <summary>A flow waits 2 s, and longer while the cluster is not known yet.</summary>
    private const ulong AttributionPatienceNs = 15_000_000_000;

    private const int MaxWaiting = 16_384;
    private const ulong HousekeepNs = 1_000_000_000;

    private readonly List<Waiting> _waiting = [];
    private ulong _nextHousekeeping;

    public void Take(ulong nowNs, bool last)
    {
        if (last)
        {
            reader.Finish();
        }

        if (nowNs >= _nextHousekeeping)
        {
            metrics.Housekeep(nowNs);
            _nextHousekeeping = nowNs + HousekeepNs;
        }

        var kept = 0;
        for (var i = 0; i < _waiting.Count; i++)
        {
            var waiting = _waiting[i];
            var sample = waiting.Sample;
            if (!TryGive(in sample, waiting.SinceNs, nowNs, last))
            {
                _waiting[kept++] = waiting;
            }
        }

        _waiting.RemoveRange(kept, _waiting.Count - kept);
        foreach (var sample in reader.Take())
        {
            var full = _waiting.Count >= MaxWaiting;
            if (TryGive(in sample, nowNs, nowNs, last || full))
            {
                if (full)
                {
                    counters.AddEarly();
                }
            }
            else
            {
                _waiting.Add(new Waiting(sample, nowNs));
            }
        }

        reader.IsAwaited = _waiting.Count > 0;
        if (last)
        {
            log.Complete();
        }
    }

    /// <returns>False if it has to wait.</returns>
    private bool TryGive(in DropSample sample, ulong sinceNs, ulong nowNs, bool last)
    {
        var slot = ends.FindFlow(in sample, out var sent);
        var isWaiting = slot >= 0 && table.RoleOf(slot) == FlowRole.Waiting;
        var patience = isWaiting ? AttributionPatienceNs : FlowPatienceNs;
        if ((slot < 0 || isWaiting) && !last && nowNs - sinceNs < patience)
        {
            return false;
        }

        var reason = reasons.Find(sample.Key.Reason);
        var flow = default(Flow);
        ulong? number = null;
        if (slot >= 0 && !isWaiting)
        {
            ref var entry = ref table[slot];
            flow = entry.Flow;
            flow.Drops = FlowDrops.Add(
                flow.Drops,
                reason,
                sent,
                (long)sample.Value.Packets,
                (long)sample.Value.Bytes
            );
            table.Commit(slot, in flow);
            number = flow.Identity.Number;
        }
        else
        {
            sent = ends.Attribute(in sample, ref flow, nowNs);
        }

        Tell(in sample, reason, in flow, sent, number);
        return true;
    }

    private void Tell(in DropSample sample, DropReason reason, in Flow flow, bool sent, ulong? number)
    {
        ref readonly var key = ref sample.Key;
        var name = sample.Value.Interface.Text();
        bool? isHost = key.Netns == 0 || ownNetns == 0 ? null : key.Netns == ownNetns;
        var drop = new DroppedPackets(DropDirection.Orient(in flow, sent, key.Path, isHost))
        {
            FlowNumber = number,
            Reason = reason,
            Packets = (long)sample.Value.Packets,
            Bytes = (long)sample.Value.Bytes,
            FirstNs = sample.Value.FirstNs,
            LastNs = sample.Value.LastNs,
            Path = DropDirection.Word(key.Path),
            Interface = name.Length > 0 ? name : null,
            InterfaceIndex = (int)key.Ifindex,
            Netns = key.Netns,
            IsHost = isHost,
            Location = places.Find(key.Location),
        };
        metrics.Count(drop);
        counters.AddPackets(drop.Packets);
        log.Add(drop);
    }

    private readonly record struct Waiting(DropSample Sample, ulong SinceNs);
}
