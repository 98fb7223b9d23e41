using NetMon.Bpf.Records;
using NetMon.Core.Flows;

namespace NetMon.Agent.Flows;

/// <summary>Reads where one end's packets are counted (<c>flow_state.observer</c> of bpf/netmon.h); 0 is nowhere yet.</summary>
internal static class ObservationPoint
{
    public static int InterfaceIndex(uint observer) => (int)(observer & FlowStateRecord.ObserverIfindex);

    /// <summary>The pod interface behind which the sender of packets is that enter there; 0 if they do not.</summary>
    public static int PodOfSender(uint observer) => IsAt(observer, FlowStateRecord.ObserverPod);

    /// <summary>The pod interface behind which packets go to their receiver; 0 if they do not.</summary>
    public static int PodOfReceiver(uint observer) =>
        IsAt(observer, FlowStateRecord.ObserverPod | FlowStateRecord.ObserverEgress);

    /// <summary>The pod interface behind which an end was seen; 0 if it was not.</summary>
    /// <param name="itsPackets">Where those are counted that the end sends.</param>
    /// <param name="othersPackets">Where those are counted that it receives.</param>
    public static int PodOf(uint itsPackets, uint othersPackets) =>
        PodOfSender(itsPackets) is var ifindex and not 0 ? ifindex : PodOfReceiver(othersPackets);

    /// <summary>The local endpoint's view of the packets that pass an observation point.</summary>
    /// <remarks>
    /// <code>
    ///                   enters the host    leaves the host
    ///  pod's interface  egress (pod sent)  ingress (pod receives)
    ///  uplink, other    ingress            egress
    /// </code>
    /// </remarks>
    public static FlowDirection Direction(uint observer)
    {
        var leaves = (observer & FlowStateRecord.ObserverEgress) != 0;
        var pod = (observer & FlowStateRecord.ObserverPod) != 0;
        return leaves == pod ? FlowDirection.Ingress : FlowDirection.Egress;
    }

    /// <summary>The local endpoint's view of what one end sends; while that was not seen, the reverse of what the other end sends.</summary>
    public static FlowDirection Direction(uint sender, uint receiver)
    {
        if (sender != 0)
        {
            return Direction(sender);
        }

        return receiver != 0 && Direction(receiver) == FlowDirection.Ingress
            ? FlowDirection.Egress
            : FlowDirection.Ingress;
    }

    private static int IsAt(uint observer, uint bits) =>
        (observer & ~FlowStateRecord.ObserverIfindex) == bits ? InterfaceIndex(observer) : 0;
}
