using System.Buffers.Binary;

namespace NetMon.Testing.Captures;

/// <summary>Writes classic pcap (little endian, nanoseconds), so that tshark can be asked about packets that a test built.</summary>
public static class CaptureWriter
{
    public static void Write(string path, LinkType link, IEnumerable<byte[]> packets)
    {
        using var file = File.Create(path);
        Span<byte> header = stackalloc byte[24];
        header.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(header, 0xa1b23c4d);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], 2);
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], 4);
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], 262_144);
        BinaryPrimitives.WriteUInt32LittleEndian(header[20..], (uint)link);
        file.Write(header);
        uint second = 0;
        foreach (var packet in packets)
        {
            var packetHeader = header[..16];
            BinaryPrimitives.WriteUInt32LittleEndian(packetHeader, ++second);
            BinaryPrimitives.WriteUInt32LittleEndian(packetHeader[4..], 0);
            BinaryPrimitives.WriteUInt32LittleEndian(packetHeader[8..], (uint)packet.Length);
            BinaryPrimitives.WriteUInt32LittleEndian(packetHeader[12..], (uint)packet.Length);
            file.Write(packetHeader);
            file.Write(packet);
        }
    }
}
