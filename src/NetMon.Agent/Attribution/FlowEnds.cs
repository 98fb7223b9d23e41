using NetMon.Agent.Flows;
using NetMon.Agent.Sockets;
using NetMon.Core.Endpoints;
using NetMon.Core.Flows;

namespace NetMon.Agent.Attribution;

/// <summary>Changes of a flow's two ends.</summary>
internal static class FlowEnds
{
    /// <summary>Makes the source the destination: the other end opened the flow.</summary>
    public static void Swap(ref Flow flow)
    {
        RecordTranslator.Swap(ref flow);
        ref var ends = ref flow.Attribution;
        (ends.Source, ends.Destination) = (ends.Destination, ends.Source);
        (ends.SourceLocal, ends.DestinationLocal) = (ends.DestinationLocal, ends.SourceLocal);
        ends.Service = null;
    }

    /// <summary>Derives what follows from the ends.</summary>
    public static void Finish(ref Flow flow)
    {
        ref var ends = ref flow.Attribution;
        ends.Scope = FlowScopes.Of(ends.Source!.Kind, ends.Destination!.Kind, flow.Class);
        flow.Direction =
            ends.SourceLocal ? FlowDirection.Egress
            : ends.DestinationLocal ? FlowDirection.Ingress
            : FlowDirection.Transit;
        FlowOwners.Trim(ref flow);
    }

    /// <summary>Whether the same packets are in another flow of the table, with the key that they had before their translation.</summary>
    public static bool IsShadow(ref WaitingFlow waiting, FlowTable table)
    {
        if (waiting.Shadow)
        {
            return true;
        }

        var original =
            waiting.Original.Protocol != 0 ? table.FindLatest(in waiting.Original)
            : waiting is { Question: Question.None, Translated: false } ? -1
            : table.FindTwin(in table[waiting.Slot].Key);
        waiting.Shadow = original >= 0 && original != waiting.Slot && table[original].Role != FlowRole.Shadow;
        return waiting.Shadow;
    }

    /// <summary>Whether the flow's ends are others than those of its key.</summary>
    public static bool AreTranslated(in FlowEntry entry) =>
        !entry.Flow.Attribution.Asked.IsUnspecified
        || entry.Flow.Source.Address != new NetworkAddress(entry.Key.Address[entry.SourceEnd]);
}
