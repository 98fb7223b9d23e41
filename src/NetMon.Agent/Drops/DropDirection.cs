using NetMon.Bpf.Records;
using NetMon.Core.Endpoints;
using NetMon.Core.Flows;

namespace NetMon.Agent.Drops;

/// <summary>Which way dropped packets went.</summary>
internal static class DropDirection
{
    public static string Word(DropPath path) =>
        path switch
        {
            DropPath.Send => "send",
            DropPath.Receive => "receive",
            _ => "forward",
        };

    /// <summary>The ends of packets, their sender as the source.</summary>
    /// <param name="flow">Their flow.</param>
    /// <param name="sent">Whether its source sent them.</param>
    /// <param name="path">Where they were dropped.</param>
    /// <param name="isHost">In this host's own namespace; null if not known.</param>
    public static Flow Orient(in Flow flow, bool sent, DropPath path, bool? isHost)
    {
        ref readonly var ends = ref flow.Attribution;
        var packets = new Flow
        {
            Source = sent ? flow.Source : flow.Destination,
            Destination = sent ? flow.Destination : flow.Source,
            Attribution = new FlowAttribution
            {
                Source = sent ? ends.Source : ends.Destination,
                Destination = sent ? ends.Destination : ends.Source,
                SourceLocal = sent ? ends.SourceLocal : ends.DestinationLocal,
                DestinationLocal = sent ? ends.DestinationLocal : ends.SourceLocal,
                Service = sent ? ends.Service : null,
                Asked = sent ? ends.Asked : default,
                AskedPort = sent ? ends.AskedPort : (ushort)0,
                Scope = sent ? ends.Scope : FlowScopes.Reverse(ends.Scope),
            },
            StartNs = flow.StartNs,
            Protocol = flow.Protocol,
            Class = flow.Class,
        };
        packets.Direction = Of(in packets.Attribution, path, isHost);
        return packets;
    }

    // Once, unlike bytes: a packet is dropped in one place only. Between two ends of this node it is the receiver's once it is in the
    // receiver's own hands, else the sender's.
    private static FlowDirection Of(in FlowAttribution packets, DropPath path, bool? isHost)
    {
        if (packets.SourceLocal && packets.DestinationLocal)
        {
            var isPod = packets.Destination?.Kind == EndpointKind.Pod;
            return path == DropPath.Receive && isHost != isPod ? FlowDirection.Ingress : FlowDirection.Egress;
        }

        return packets.SourceLocal ? FlowDirection.Egress
            : packets.DestinationLocal ? FlowDirection.Ingress
            : FlowDirection.Transit;
    }
}
