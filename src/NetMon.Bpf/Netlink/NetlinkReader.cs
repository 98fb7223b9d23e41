using System.Runtime.InteropServices;

namespace NetMon.Bpf.Netlink;

/// <summary>One message of a datagram.</summary>
internal readonly ref struct NetlinkMessage(
    ushort type,
    ushort flags,
    uint sequence,
    ReadOnlySpan<byte> payload
)
{
    public ushort Type => type;

    public ushort Flags => flags;

    public uint Sequence => sequence;

    public ReadOnlySpan<byte> Payload { get; } = payload;
}

/// <summary>Takes the messages of a datagram apart.</summary>
/// <remarks>
/// struct nlmsghdr (RFC 3549 section 2.3.2, linux/netlink.h), host byte order:
/// <code>
///  0                4        6        8              12             16
///  | length         | type   | flags  | sequence     | port         | payload ... | pad to 4
/// </code>
/// The length includes the header and not the padding.
/// </remarks>
internal ref struct NetlinkMessageReader(ReadOnlySpan<byte> datagram)
{
    public const int HeaderBytes = 16;

    private ReadOnlySpan<byte> _rest = datagram;

    /// <returns>False at the end, and where a length is wrong: the rest is then unusable.</returns>
    public bool TryRead(out NetlinkMessage message)
    {
        message = default;
        if (_rest.Length < HeaderBytes)
        {
            return false;
        }

        var length = MemoryMarshal.Read<uint>(_rest);
        if (length < HeaderBytes || length > (uint)_rest.Length)
        {
            return false;
        }

        message = new NetlinkMessage(
            MemoryMarshal.Read<ushort>(_rest[4..]),
            MemoryMarshal.Read<ushort>(_rest[6..]),
            MemoryMarshal.Read<uint>(_rest[8..]),
            _rest[HeaderBytes..(int)length]
        );
        _rest = _rest[Math.Min(NetlinkEncoding.Align((int)length), _rest.Length)..];
        return true;
    }
}

/// <summary>Takes a run of attributes apart.</summary>
/// <remarks>
/// struct nlattr (linux/netlink.h), host byte order; the two high bits of the type are flags:
/// <code>
///  0        2        4
///  | length | type   | value ... | pad to 4
/// </code>
/// The length includes the header and not the padding.
/// </remarks>
internal ref struct NetlinkAttributeReader(ReadOnlySpan<byte> attributes)
{
    private const int HeaderBytes = 4;
    private const ushort TypeMask = 0x3fff;

    private ReadOnlySpan<byte> _rest = attributes;

    /// <returns>False at the end, and where a length is wrong: see <see cref="Malformed"/>.</returns>
    public bool TryRead(out ushort type, out ReadOnlySpan<byte> value)
    {
        type = 0;
        value = default;
        if (_rest.Length < HeaderBytes)
        {
            return false;
        }

        var length = MemoryMarshal.Read<ushort>(_rest);
        if (length < HeaderBytes || length > _rest.Length)
        {
            Malformed = true;
            return false;
        }

        type = (ushort)(MemoryMarshal.Read<ushort>(_rest[2..]) & TypeMask);
        value = _rest[HeaderBytes..length];
        _rest = _rest[Math.Min(NetlinkEncoding.Align(length), _rest.Length)..];
        return true;
    }

    public bool Malformed { get; private set; }
}

internal static class NetlinkEncoding
{
    /// <summary>Messages and attributes begin at multiples of 4.</summary>
    public static int Align(int length) => (length + 3) & ~3;

    /// <summary>Reads a number of host byte order, if it has this size exactly.</summary>
    public static bool TryReadNumber<T>(ReadOnlySpan<byte> value, out T number)
        where T : unmanaged
    {
        if (value.Length != System.Runtime.CompilerServices.Unsafe.SizeOf<T>())
        {
            number = default;
            return false;
        }

        number = MemoryMarshal.Read<T>(value);
        return true;
    }

    /// <summary>errno of NLMSG_ERROR and NLMSG_DONE, positive; 0 if it is an acknowledgement, or has no number.</summary>
    public static int ErrorOf(in NetlinkMessage message) =>
        message.Payload.Length < sizeof(int) ? 0 : -MemoryMarshal.Read<int>(message.Payload);

    /// <summary>The text up to the first NUL.</summary>
    public static ReadOnlySpan<byte> Text(ReadOnlySpan<byte> value)
    {
        var end = value.IndexOf((byte)0);
        return end < 0 ? value : value[..end];
    }
}
