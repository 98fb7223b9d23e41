namespace NetMon.Lab.Captures;

/// <summary>pcapng (draft-ietf-opsawg-pcapng): sections of either byte order, several interfaces, enhanced, simple and obsolete packet blocks.</summary>
/// <remarks>
/// <code>
/// block:    type 4 | length 4 | body | length 4         lengths are multiples of 4 and count the whole block
/// section:  byte-order magic 4 | version 2+2 | section length 8 | options
/// interface: link type 2 | reserved 2 | snap length 4 | options (9: if_tsresol, 14: if_tsoffset)
/// enhanced: interface 4 | time high 4 | time low 4 | captured 4 | wire 4 | bytes
/// simple:   wire 4 | bytes
/// obsolete: interface 2 | drops 2 | time high 4 | time low 4 | captured 4 | wire 4 | bytes
/// </code>
/// </remarks>
internal sealed class PcapNgReader(ReadOnlyMemory<byte> file)
{
    public const uint SectionHeaderBlock = 0x0a0d0d0a;
    private const uint InterfaceBlock = 1;
    private const uint ObsoletePacketBlock = 2;
    private const uint SimplePacketBlock = 3;
    private const uint EnhancedPacketBlock = 6;
    private const uint ByteOrderMagic = 0x1a2b3c4d;
    private const int BlockOverhead = 12;

    private readonly List<CapturedPacket> _packets = [];
    private readonly List<Interface> _interfaces = [];
    private ByteOrder _order;

    public IReadOnlyList<CapturedPacket> ReadAll()
    {
        for (var at = 0; at < file.Length; )
        {
            var block = file[at..];
            if (block.Length < BlockOverhead)
            {
                throw new InvalidDataException($"block cut at byte {at}");
            }

            // The type of a section header reads the same either way; its magic gives the byte order.
            if (new ByteOrder(BigEndian: false).UInt32(block.Span) == SectionHeaderBlock)
            {
                StartSection(block.Span);
            }

            var length = (int)_order.UInt32(block.Span[4..]);
            if (length < BlockOverhead || length > block.Length || length % 4 != 0)
            {
                throw new InvalidDataException($"block length {length} at byte {at}");
            }

            ReadBlock(_order.UInt32(block.Span), block[8..(length - 4)]);
            at += length;
        }

        return _packets;
    }

    private void StartSection(ReadOnlySpan<byte> block)
    {
        _order = new ByteOrder(new ByteOrder(BigEndian: true).UInt32(block[8..]) == ByteOrderMagic);
        if (_order.UInt32(block[8..]) != ByteOrderMagic)
        {
            throw new InvalidDataException("section without byte-order magic");
        }

        _interfaces.Clear();
    }

    private void ReadBlock(uint type, ReadOnlyMemory<byte> body)
    {
        var span = body.Span;
        switch (type)
        {
            case InterfaceBlock:
                _interfaces.Add(ReadInterface(span));
                break;
            case EnhancedPacketBlock:
                Add((int)_order.UInt32(span), Ticks(span[4..]), span[12..], body[20..]);
                break;
            case ObsoletePacketBlock:
                Add(_order.UInt16(span), Ticks(span[4..]), span[12..], body[20..]);
                break;
            case SimplePacketBlock:
                AddSimple(body);
                break;
            default:
                break; // names, statistics, comments
        }
    }

    private ulong Ticks(ReadOnlySpan<byte> time) =>
        ((ulong)_order.UInt32(time) << 32) | _order.UInt32(time[4..]);

    private void Add(int index, ulong ticks, ReadOnlySpan<byte> lengths, ReadOnlyMemory<byte> bytes)
    {
        var from = InterfaceAt(index);
        var captured = (int)_order.UInt32(lengths);
        if (captured < 0 || captured > bytes.Length)
        {
            throw new InvalidDataException($"packet {_packets.Count + 1} is longer than its block");
        }

        var wire = (int)_order.UInt32(lengths[4..]);
        var data = bytes[..captured];
        _packets.Add(new(_packets.Count + 1, from.Link, from.ToNanoseconds(ticks), data, wire, index));
    }

    private void AddSimple(ReadOnlyMemory<byte> body)
    {
        var from = InterfaceAt(0);
        var wire = (int)_order.UInt32(body.Span);
        var captured = Math.Min(wire, body.Length - 4);
        captured = from.SnapLength == 0 ? captured : Math.Min(captured, (int)from.SnapLength);
        _packets.Add(new(_packets.Count + 1, from.Link, 0, body.Slice(4, captured), wire, 0));
    }

    private Interface InterfaceAt(int index) =>
        index >= 0 && index < _interfaces.Count
            ? _interfaces[index]
            : throw new InvalidDataException($"packet {_packets.Count + 1}: no interface {index}");

    private Interface ReadInterface(ReadOnlySpan<byte> body)
    {
        byte resolution = 6;
        long offset = 0;
        for (var options = body[8..]; options.Length >= 4; )
        {
            var code = _order.UInt16(options);
            var length = _order.UInt16(options[2..]);
            var value = options.Slice(4, length);
            if (code == 0)
            {
                break;
            }

            resolution = code == 9 ? value[0] : resolution;
            offset = code == 14 ? (long)Ticks64(value) : offset;
            options = options[(4 + ((length + 3) & ~3))..];
        }

        return new((LinkType)_order.UInt16(body), _order.UInt32(body[4..]), resolution, offset);
    }

    private ulong Ticks64(ReadOnlySpan<byte> value) =>
        _order.BigEndian
            ? ((ulong)_order.UInt32(value) << 32) | _order.UInt32(value[4..])
            : ((ulong)_order.UInt32(value[4..]) << 32) | _order.UInt32(value);

    /// <param name="Resolution">Upper bit 0: 10^-n seconds; 1: 2^-n.</param>
    private readonly record struct Interface(
        LinkType Link,
        uint SnapLength,
        byte Resolution,
        long OffsetSeconds
    )
    {
        public long ToNanoseconds(ulong ticks)
        {
            var exponent = Resolution & 0x7f;
            var perSecond =
                (Resolution & 0x80) != 0 ? UInt128.One << exponent : (UInt128)Math.Pow(10, exponent);
            var nanoseconds = (UInt128)ticks * 1_000_000_000 / perSecond;
            return (long)nanoseconds + (OffsetSeconds * 1_000_000_000);
        }
    }
}
