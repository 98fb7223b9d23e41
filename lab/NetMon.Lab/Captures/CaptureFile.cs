using System.Buffers.Binary;

namespace NetMon.Lab.Captures;

/// <summary>Reads capture files whole: classic pcap and pcapng, recognised by their first bytes.</summary>
public static class CaptureFile
{
    /// <exception cref="InvalidDataException">Neither format, or broken; says where.</exception>
    public static IReadOnlyList<CapturedPacket> Read(string path)
    {
        var bytes = File.ReadAllBytes(path);
        try
        {
            return Parse(bytes);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }

    public static IReadOnlyList<CapturedPacket> Parse(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length < 4)
        {
            throw new InvalidDataException("shorter than a magic number");
        }

        return BinaryPrimitives.ReadUInt32LittleEndian(bytes.Span) == PcapNgReader.SectionHeaderBlock
            ? new PcapNgReader(bytes).ReadAll()
            : PcapReader.ReadAll(bytes);
    }
}

/// <summary>Numbers of either byte order.</summary>
internal readonly record struct ByteOrder(bool BigEndian)
{
    public uint UInt32(ReadOnlySpan<byte> bytes) =>
        BigEndian
            ? BinaryPrimitives.ReadUInt32BigEndian(bytes)
            : BinaryPrimitives.ReadUInt32LittleEndian(bytes);

    public ushort UInt16(ReadOnlySpan<byte> bytes) =>
        BigEndian
            ? BinaryPrimitives.ReadUInt16BigEndian(bytes)
            : BinaryPrimitives.ReadUInt16LittleEndian(bytes);
}
