using System.Runtime.InteropServices;
using NetMon.Bpf.Netlink;
using NetMon.Bpf.Records;

namespace NetMon.Agent.Flows;

/// <summary>Keys as the kernel programs make them.</summary>
internal static class FlowKeys
{
    /// <summary>The key of the packets that a tuple describes, and of those the other way.</summary>
    /// <remarks>End 0 is the smaller one, compared as loaded words (<c>make_canonical</c> of bpf/lib/packet.h).</remarks>
    public static FlowKey Of(in ConnectionTuple tuple)
    {
        var swap = IsGreater(in tuple);
        var key = default(FlowKey);
        var source = swap ? 1 : 0;
        key.Address[source] = tuple.Source;
        key.Address[1 - source] = tuple.Destination;
        key.Port[source] = tuple.SourcePort;
        key.Port[1 - source] = tuple.DestinationPort;
        key.Protocol = tuple.Protocol;
        return key;
    }

    public static bool AreEqual(in FlowKey left, in FlowKey right) => Bytes(in left).SequenceEqual(Bytes(in right));

    private static bool IsGreater(in ConnectionTuple tuple)
    {
        var source = MemoryMarshal.Cast<byte, ulong>((ReadOnlySpan<byte>)tuple.Source);
        var destination = MemoryMarshal.Cast<byte, ulong>((ReadOnlySpan<byte>)tuple.Destination);
        return source[0] != destination[0] ? source[0] > destination[0]
            : source[1] != destination[1] ? source[1] > destination[1]
            : tuple.SourcePort > tuple.DestinationPort;
    }

    private static ReadOnlySpan<byte> Bytes(in FlowKey key) =>
        MemoryMarshal.AsBytes(new ReadOnlySpan<FlowKey>(in key));
}
