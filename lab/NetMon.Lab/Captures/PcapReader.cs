using System.Buffers.Binary;

namespace NetMon.Lab.Captures;

/// <summary>Classic pcap (draft-ietf-opsawg-pcap), both byte orders, microseconds and nanoseconds.</summary>
/// <remarks>
/// <code>
/// file:   magic 4 | version 2+2 | reserved 8 | snap length 4 | link type 4 (upper bits: FCS)   24 bytes
/// packet: seconds 4 | fraction 4 | captured length 4 | wire length 4 | bytes                   16 bytes + captured
/// </code>
/// </remarks>
internal static class PcapReader
{
    private const uint Microseconds = 0xa1b2c3d4;
    private const uint Nanoseconds = 0xa1b23c4d;
    private const int FileHeaderLength = 24;
    private const int PacketHeaderLength = 16;

    public static IReadOnlyList<CapturedPacket> ReadAll(ReadOnlyMemory<byte> file)
    {
        var span = file.Span;
        if (span.Length < FileHeaderLength)
        {
            throw new InvalidDataException("shorter than a pcap header");
        }

        var magic = BinaryPrimitives.ReadUInt32LittleEndian(span);
        var order = new ByteOrder(magic is not (Microseconds or Nanoseconds));
        magic = order.UInt32(span);
        var unit = magic switch
        {
            Microseconds => 1000,
            Nanoseconds => 1,
            _ => throw new InvalidDataException($"unknown magic 0x{magic:x8}"),
        };
        var link = (LinkType)(order.UInt32(span[20..]) & 0xffff);
        var packets = new List<CapturedPacket>();
        for (var at = FileHeaderLength; at < span.Length; )
        {
            if (span.Length - at < PacketHeaderLength)
            {
                throw new InvalidDataException($"packet header cut at byte {at}");
            }

            var header = span[at..];
            var captured = (int)order.UInt32(header[8..]);
            at += PacketHeaderLength;
            if (captured < 0 || captured > span.Length - at)
            {
                throw new InvalidDataException($"packet cut at byte {at}");
            }

            var time = (order.UInt32(header) * 1_000_000_000L) + (order.UInt32(header[4..]) * (long)unit);
            var wire = (int)order.UInt32(header[12..]);
            packets.Add(new(packets.Count + 1, link, time, file.Slice(at, captured), wire, 0));
            at += captured;
        }

        return packets;
    }
}
