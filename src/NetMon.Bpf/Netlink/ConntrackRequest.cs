using System.Buffers.Binary;
using System.Runtime.InteropServices;
using NetMon.Bpf.Records;
using static NetMon.Bpf.Netlink.ConntrackProtocol;

namespace NetMon.Bpf.Netlink;

/// <summary>IPCTNL_MSG_CT_GET: the question for the connection of a tuple. For the layout see <see cref="ConntrackMessage"/>.</summary>
internal static class ConntrackRequest
{
    /// <summary>The longest: header 16, nfgenmsg 4, three nests 4 each, two IPv6 addresses 20 each, four attributes of a port or less 8 each.</summary>
    public const int MaxBytes = 104;

    private static ReadOnlySpan<byte> MappedPrefix => [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

    /// <summary>Whether there can be a connection of this kind at all: both addresses are of one family.</summary>
    public static bool CanAsk(in ConnectionTuple tuple) =>
        IsIPv4(in tuple.Source) == IsIPv4(in tuple.Destination);

    /// <summary>Whether the tuple may be that of an echo or of its reply, which are asked for one by one: the type is part of conntrack's tuple, and not of ours.</summary>
    public static bool IsEcho(in ConnectionTuple tuple) => tuple.Protocol is ICMP or ICMPV6;

    /// <param name="buffer">At least <see cref="MaxBytes"/>.</param>
    /// <param name="tuple">What is asked for.</param>
    /// <param name="reply">Of an echo: the tuple is that of its reply.</param>
    /// <param name="sequence">The answer will have it.</param>
    /// <returns>Bytes written, a multiple of 4.</returns>
    public static int Write(Span<byte> buffer, in ConnectionTuple tuple, bool reply, uint sequence)
    {
        var isIPv4 = IsIPv4(in tuple.Source);
        var writer = new NetlinkWriter(buffer[..MaxBytes], IPCTNL_MSG_CT_GET, 0);
        writer.Append(
            new NetfilterHeader { Family = isIPv4 ? RouteProtocol.AF_INET : RouteProtocol.AF_INET6 }
        );
        var nest = writer.BeginNest(CTA_TUPLE_ORIG);
        var addresses = writer.BeginNest(CTA_TUPLE_IP);
        var first = isIPv4 ? MappedPrefix.Length : 0;
        writer.Attribute(isIPv4 ? CTA_IP_V4_SRC : CTA_IP_V6_SRC, ((ReadOnlySpan<byte>)tuple.Source)[first..]);
        writer.Attribute(
            isIPv4 ? CTA_IP_V4_DST : CTA_IP_V6_DST,
            ((ReadOnlySpan<byte>)tuple.Destination)[first..]
        );
        writer.EndNest(addresses);
        var protocol = writer.BeginNest(CTA_TUPLE_PROTO);
        writer.Attribute(CTA_PROTO_NUM, tuple.Protocol);
        WriteProtocol(ref writer, in tuple, reply);
        writer.EndNest(protocol);
        writer.EndNest(nest);
        return NetlinkEncoding.Align(writer.Finish(sequence).Length);
    }

    private static void WriteProtocol(ref NetlinkWriter writer, in ConnectionTuple tuple, bool reply)
    {
        switch (tuple.Protocol)
        {
            case TCP or UDP or UDPLITE or SCTP or DCCP:
                writer.Attribute(CTA_PROTO_SRC_PORT, BigEndian(tuple.SourcePort));
                writer.Attribute(CTA_PROTO_DST_PORT, BigEndian(tuple.DestinationPort));
                break;
            case ICMP:
                writer.Attribute(CTA_PROTO_ICMP_TYPE, reply ? ICMP_ECHOREPLY : ICMP_ECHO);
                writer.Attribute(CTA_PROTO_ICMP_CODE, (byte)0);
                writer.Attribute(CTA_PROTO_ICMP_ID, BigEndian(tuple.SourcePort));
                break;
            case ICMPV6:
                writer.Attribute(CTA_PROTO_ICMPV6_TYPE, reply ? ICMPV6_ECHO_REPLY : ICMPV6_ECHO_REQUEST);
                writer.Attribute(CTA_PROTO_ICMPV6_CODE, (byte)0);
                writer.Attribute(CTA_PROTO_ICMPV6_ID, BigEndian(tuple.SourcePort));
                break;
        }
    }

    private static bool IsIPv4(in AddressBytes address) =>
        ((ReadOnlySpan<byte>)address).StartsWith(MappedPrefix);

    private static ushort BigEndian(ushort number) =>
        BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(number) : number;

    /// <summary>struct nfgenmsg.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct NetfilterHeader
    {
        public byte Family;
        public byte Version;
        public ushort Resource;
    }
}
