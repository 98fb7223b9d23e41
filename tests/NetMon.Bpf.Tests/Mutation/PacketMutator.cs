using System.Buffers.Binary;

namespace NetMon.Bpf.Tests.Mutation;

/// <summary>Breaks packets in the ways that parsers get wrong: the same seed breaks the same packets the same way.</summary>
internal sealed class PacketMutator(ulong seed, IReadOnlyList<byte[]> corpus)
{
    public const int MaxLength = 2048;
    public const int MinLength = 14;
    private const int HeaderBytes = 120;

    private static readonly ushort[] Lengths = [0, 1, 7, 8, 19, 20, 21, 39, 40, 41, 60, 1480, 0x7fff, 0xffff];
    private static readonly byte[] Protocols =
    [
        0,
        1,
        4,
        6,
        17,
        41,
        43,
        44,
        47,
        50,
        51,
        58,
        59,
        60,
        132,
        135,
        136,
        255,
    ];
    private static readonly ushort[] EtherTypes = [0x0800, 0x86dd, 0x0806, 0x8100, 0x88a8, 0x9100, 0x8864];

    private ulong _state = seed == 0 ? 1 : seed;

    /// <summary>Writes a mutation of some packet of the corpus; returns its length.</summary>
    public int Next(Span<byte> packet)
    {
        var length = Pick(packet);
        for (var mutations = 1 + Below(3); mutations > 0; mutations--)
        {
            length = Mutate(packet, length);
        }

        return Math.Max(length, Least(packet));
    }

    /// <summary>Offset of the IP header in an Ethernet frame, as far as its tags lead.</summary>
    public static int NetworkOffset(ReadOnlySpan<byte> frame)
    {
        var offset = 12;
        while (
            offset + 6 <= frame.Length
            && BinaryPrimitives.ReadUInt16BigEndian(frame[offset..]) is 0x8100 or 0x88a8 or 0x9100
        )
        {
            offset += 4;
        }

        return Math.Min(offset + 2, frame.Length);
    }

    /// <summary>BPF_PROG_TEST_RUN refuses what is shorter than the IP header that bytes 12 and 13 announce.</summary>
    public static int Least(ReadOnlySpan<byte> packet) =>
        BinaryPrimitives.ReadUInt16BigEndian(packet[12..]) switch
        {
            0x0800 => 34,
            0x86dd => 54,
            _ => MinLength,
        };

    private int Pick(Span<byte> packet)
    {
        var source = corpus[Below(corpus.Count)];
        var length = Math.Min(source.Length, MaxLength);
        source.AsSpan(0, length).CopyTo(packet);
        return length;
    }

    private int Mutate(Span<byte> packet, int length)
    {
        var used = packet[..length];
        switch (Below(12))
        {
            case 0 or 1: // flipped bits
                for (var flips = 1 + Below(8); flips > 0; flips--)
                {
                    used[Below(Math.Min(length, HeaderBytes))] ^= (byte)(1 << Below(8));
                }

                return length;
            case 2: // a random byte
                used[Below(Math.Min(length, HeaderBytes))] = (byte)Below(256);
                return length;
            case 3: // the end is missing
                return MinLength + Below(Math.Min(length, HeaderBytes) - MinLength + 1);
            case 4: // more than it says
                return Grow(packet, length, Below(100));
            case 5 or 6: // a length that lies: total length, payload length, UDP length, and what happens to be there
                return SetLength(used);
            case 7: // first byte of the IP header: version and header length
                used[Math.Min(NetworkOffset(used), length - 1)] = (byte)((Below(3) + 4) << 4 | Below(16));
                return length;
            case 8: // another protocol, extension header or fragment
                return SetProtocol(used);
            case 9: // another EtherType
                BinaryPrimitives.WriteUInt16BigEndian(used[12..], EtherTypes[Below(EtherTypes.Length)]);
                return length;
            case 10: // the head of one packet, the tail of another
                return Splice(packet, length);
            default: // bytes taken out or put in among the headers
                return Shift(packet, length);
        }
    }

    private int SetLength(Span<byte> used)
    {
        var network = NetworkOffset(used);
        int[] fields = [network + 2, network + 4, network + 24, network + 44, network + 32, network + 52];
        var field = fields[Below(fields.Length)];
        if (field + 2 <= used.Length)
        {
            var rest = used.Length - network;
            var value = Below(2) == 0 ? Lengths[Below(Lengths.Length)] : (ushort)(rest + Below(9) - 4);
            BinaryPrimitives.WriteUInt16BigEndian(used[field..], value);
        }

        return used.Length;
    }

    private int SetProtocol(Span<byte> used)
    {
        var network = NetworkOffset(used);
        int[] fields = [network + 9, network + 6, network + 7, network + 40, network + 41, network + 48];
        var field = fields[Below(fields.Length)];
        if (field < used.Length)
        {
            used[field] = Protocols[Below(Protocols.Length)];
        }

        return used.Length;
    }

    private int Grow(Span<byte> packet, int length, int by)
    {
        var end = Math.Min(length + by, MaxLength);
        for (var i = length; i < end; i++)
        {
            packet[i] = (byte)Below(256);
        }

        return end;
    }

    private int Splice(Span<byte> packet, int length)
    {
        var other = corpus[Below(corpus.Count)];
        var head = MinLength + Below(Math.Min(length, HeaderBytes) - MinLength + 1);
        var from = Below(Math.Min(other.Length, HeaderBytes));
        var count = Math.Min(other.Length - from, MaxLength - head);
        other.AsSpan(from, count).CopyTo(packet[head..]);
        return head + count;
    }

    private int Shift(Span<byte> packet, int length)
    {
        var at = MinLength + Below(Math.Min(length, HeaderBytes) - MinLength + 1);
        var by = 1 + Below(16);
        if (Below(2) == 0)
        {
            by = Math.Min(by, length - at);
            packet[(at + by)..length].CopyTo(packet[at..]);
            return length - by;
        }

        by = Math.Min(by, MaxLength - length);
        packet[at..length].CopyTo(packet[(at + by)..]);
        return length + by;
    }

    // xorshift64* (Vigna 2016): fast, and the same on every machine.
    private int Below(int bound)
    {
        _state ^= _state >> 12;
        _state ^= _state << 25;
        _state ^= _state >> 27;
        return (int)((UInt128)(_state * 0x2545_f491_4f6c_dd1d) * (ulong)bound >> 64);
    }
}
