using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using NetMon.Bpf.Records;
using NetMon.Core.Flows;

namespace NetMon.Agent.Ledger;

/// <summary>Writes what <see cref="LedgerReader"/> reads, into room that the caller made large enough.</summary>
internal ref struct LedgerWriter(Span<byte> room)
{
    /// <summary>Bytes of a text at most; what is longer is cut.</summary>
    public const int MaxText = 4096;

    private readonly Span<byte> _room = room;

    /// <summary>Bytes written.</summary>
    public int Length { get; private set; }

    public void Byte(byte value) => _room[Length++] = value;

    /// <summary>Seven bits a byte, the lowest first: most numbers are small.</summary>
    public void Number(ulong value)
    {
        while (value >= 0x80)
        {
            _room[Length++] = (byte)(value | 0x80);
            value >>= 7;
        }

        _room[Length++] = (byte)value;
    }

    public void Number(long value) => Number((ulong)value);

    public void Fixed(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_room[Length..], value);
        Length += sizeof(ulong);
    }

    /// <summary>A struct as it lies in memory.</summary>
    public void Raw<T>(in T value)
        where T : unmanaged
    {
        var bytes = MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value));
        bytes.CopyTo(_room[Length..]);
        Length += bytes.Length;
    }

    /// <summary>4 bytes of an IPv4 address, 16 of another, after a byte that tells.</summary>
    public void Address(in NetworkAddress address)
    {
        if (address.IsIPv4)
        {
            Byte(4);
            BinaryPrimitives.WriteUInt32LittleEndian(_room[Length..], (uint)address.Low);
            Length += sizeof(uint);
            return;
        }

        Byte(16);
        Fixed(address.High);
        Fixed(address.Low);
    }

    /// <summary>Field by field: where they lie in memory is not the same in every build.</summary>
    public void Key(in FlowKey key)
    {
        Byte(key.Protocol);
        for (var end = 0; end < 2; end++)
        {
            Address(new NetworkAddress(key.Address[end]));
            Number((ulong)key.Port[end]);
        }
    }

    public void Text(string? text)
    {
        if (text is null)
        {
            Number(0ul);
            return;
        }

        var length = Math.Min(text.Length, MaxText / 3);
        var bytes = Encoding.UTF8.GetByteCount(text.AsSpan(0, length));
        Number((ulong)bytes + 1);
        Length += Encoding.UTF8.GetBytes(text.AsSpan(0, length), _room[Length..]);
    }

    /// <summary>Leaves room for a length of what follows, for <see cref="Close"/>.</summary>
    public int Open()
    {
        Length += sizeof(uint);
        return Length;
    }

    /// <summary>Writes the length of all since <see cref="Open"/>: a reader that knows less of it can pass over the rest.</summary>
    public readonly void Close(int start) =>
        BinaryPrimitives.WriteUInt32LittleEndian(_room[(start - sizeof(uint))..], (uint)(Length - start));
}
