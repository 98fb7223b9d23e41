using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using NetMon.Bpf.Records;
using NetMon.Core.Flows;

namespace NetMon.Agent.Ledger;

/// <summary>Reads what <see cref="LedgerWriter"/> wrote. Whatever the bytes are, it reads none beyond them.</summary>
internal ref struct LedgerReader(ReadOnlySpan<byte> all)
{
    private ReadOnlySpan<byte> _rest = all;

    public readonly bool IsAtEnd => _rest.IsEmpty;

    public byte Byte()
    {
        var value = Take(1)[0];
        return value;
    }

    public ulong Number()
    {
        var value = 0ul;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var part = Byte();
            value |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }

        throw Corrupt();
    }

    public long Long() => (long)Number();

    public uint UInt() => (uint)Number();

    public int Int() => (int)Number();

    /// <summary>A count of things that have a byte each at least.</summary>
    public int Count()
    {
        var count = Number();
        return count <= (ulong)_rest.Length ? (int)count : throw Corrupt();
    }

    public ulong Fixed() => BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong)));

    public T Raw<T>()
        where T : unmanaged
    {
        var value = default(T);
        var bytes = MemoryMarshal.AsBytes(new Span<T>(ref value));
        Take(bytes.Length).CopyTo(bytes);
        return value;
    }

    public NetworkAddress Address() =>
        Byte() switch
        {
            4 => NetworkAddress.FromIPv4(BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint)))),
            16 => new NetworkAddress(Fixed(), Fixed()),
            _ => throw Corrupt(),
        };

    public FlowKey Key()
    {
        var key = new FlowKey { Protocol = Byte() };
        for (var end = 0; end < 2; end++)
        {
            Address().CopyTo(key.Address[end]);
            key.Port[end] = (ushort)Number();
        }

        return key;
    }

    /// <summary>Null as it was written.</summary>
    public string? Text()
    {
        var length = Number();
        if (length == 0)
        {
            return null;
        }

        return length - 1 <= LedgerWriter.MaxText
            ? Encoding.UTF8.GetString(Take((int)length - 1))
            : throw Corrupt();
    }

    public string TextOrEmpty() => Text() ?? "";

    /// <summary>A value of an enumeration.</summary>
    public T Word<T>()
        where T : struct, Enum
    {
        var number = Byte();
        var value = System.Runtime.CompilerServices.Unsafe.BitCast<byte, T>(number);
        return Enum.IsDefined(value) ? value : throw Corrupt();
    }

    /// <summary>What has a length of its own.</summary>
    public LedgerReader Part()
    {
        var length = BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint)));
        return length <= (uint)_rest.Length ? new LedgerReader(Take((int)length)) : throw Corrupt();
    }

    public ReadOnlySpan<byte> Take(int length)
    {
        if (length < 0 || length > _rest.Length)
        {
            throw Corrupt();
        }

        var taken = _rest[..length];
        _rest = _rest[length..];
        return taken;
    }

    private static LedgerException Corrupt() =>
        new(LedgerRefusal.Corrupt, "a value that no ledger has, or its end within one");
}
