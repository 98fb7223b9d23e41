using NetMon.Agent.Attribution;
using NetMon.Agent.Flows;
using NetMon.Bpf.Netlink;
using NetMon.Bpf.Records;
using NetMon.Core.Endpoints;
using NetMon.Core.Flows;

namespace NetMon.Agent.Drops;

/// <summary>Finds whose packets were dropped. The capture loop's.</summary>
/// <remarks>
/// <code>
///   (1) the flow with their key, in the table ---------------------------> that flow
///   (2) a flow with that key behind its translation ---------------------> that flow
///   (3) the same two with the key that connection tracking met first ----> that flow
///   (4) none: never seen at an interface ---> a flow of these packets alone, attributed by its addresses
/// </code>
/// </remarks>
internal sealed class DropEnds(FlowTable table, InitiatorRules rules, Attributor attributor, uint ownNetns)
{
    /// <returns>The place of the flow; -1 if there is none. It may still wait for its attribution.</returns>
    /// <param name="sample">The drops.</param>
    /// <param name="sent">Whether the flow's source sent the packets.</param>
    public int FindFlow(in DropSample sample, out bool sent)
    {
        ref readonly var value = ref sample.Value;
        var slot = Find(in sample.Key.Flow, sample.Key.From, out sent); // (1), (2)
        return slot < 0 && value.Original.Protocol != 0
            ? Find(in value.Original, value.OriginalFrom, out sent) // (3)
            : slot;
    }

    /// <summary>(4)</summary>
    /// <param name="sample">The drops.</param>
    /// <param name="flow">Gets the ends, with what is known of them.</param>
    /// <param name="nowNs">CLOCK_MONOTONIC.</param>
    /// <returns>Whether the flow's source sent the packets.</returns>
    public bool Attribute(in DropSample sample, ref Flow flow, ulong nowNs)
    {
        ref readonly var value = ref sample.Value;
        var translated = value.Original.Protocol != 0;
        var record = new FlowRecord { Key = sample.Key.Flow, TimeNs = nowNs };
        int sender = sample.Key.From;
        var initiator = sender;
        if (translated)
        {
            // Who began is in the first tuple; the other end of the packet is the backend, once it was translated.
            var reply = value.OriginalFrom != value.OriginalSource;
            var other = reply ? sender : 1 - sender;
            var tuple = ConnectionTuple.Of(in value.Original, value.OriginalSource);
            tuple.Destination = sample.Key.Flow.Address[other];
            tuple.DestinationPort = sample.Key.Flow.Port[other];
            record.Key = FlowKeys.Of(in tuple);
            initiator =
                ((ReadOnlySpan<byte>)record.Key.Address[0]).SequenceEqual(tuple.Source)
                && record.Key.Port[0] == tuple.SourcePort
                    ? 0
                    : 1;
            sender = reply ? 1 - initiator : initiator;
        }

        record.State.FirstNs = value.FirstNs;
        record.State.LastNs = value.LastNs;
        record.State.Flags =
            (initiator == 1 ? FlowFlags.Initiator1 : FlowFlags.None)
            | (translated ? FlowFlags.SynSeen : FlowFlags.None);
        var source = RecordTranslator.Begin(in record, rules, ref flow);
        if (!attributor.TryBeginNow(in record, ref flow, ref source, nowNs))
        {
            FlowEnds.Finish(ref flow);
        }

        StayInside(in sample, ref flow);
        return sender == source;
    }

    // The loopback of a pod's namespace is not this host's.
    private void StayInside(in DropSample sample, ref Flow flow)
    {
        var netns = sample.Key.Netns;
        if (netns == 0 || netns == ownNetns || ownNetns == 0 || !IsLoopback(flow.Source.Address))
        {
            return;
        }

        ref var ends = ref flow.Attribution;
        ends.Source = ends.Destination = Endpoint.UnknownPod;
        ends.SourceLocal = ends.DestinationLocal = true;
        ends.Service = null;
        FlowEnds.Finish(ref flow);
    }

    private static bool IsLoopback(in NetworkAddress address) =>
        address.IsIPv4 ? (uint)address.Low >> 24 == 127 : address is { High: 0, Low: 1 };

    private int Find(in FlowKey key, int from, out bool sent)
    {
        var slot = table.FindLatest(in key);
        if (slot >= 0 && table.RoleOf(slot) is FlowRole.Counted or FlowRole.Waiting)
        {
            sent = from == table[slot].SourceEnd;
            return slot;
        }

        slot = table.FindTwin(in key);
        sent = slot >= 0 && IsSentBySource(in table[slot].Flow, in key, from);
        return slot >= 0 && table.RoleOf(slot) is FlowRole.Counted or FlowRole.Waiting ? slot : -1;
    }

    // Behind a translation one end is another's, so either of them may tell.
    private static bool IsSentBySource(in Flow flow, in FlowKey key, int from)
    {
        var sender = EndOf(in key, from);
        var receiver = EndOf(in key, 1 - from);
        return IsEnd(in flow.Source, in sender)
            || IsEnd(in flow.Destination, in receiver)
            || (receiver.Address == flow.Attribution.Asked && receiver.Port == flow.Attribution.AskedPort);
    }

    private static FlowEndpoint EndOf(in FlowKey key, int end) =>
        new(new NetworkAddress(key.Address[end]), key.Port[end], 0);

    private static bool IsEnd(in FlowEndpoint end, in FlowEndpoint other) =>
        end.Address == other.Address && end.Port == other.Port;
}
