using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace NetMon.Core.Flows;

/// <summary>
/// An IPv4 or IPv6 address as 16 bytes in network order; IPv4 is mapped (<c>::ffff:a.b.c.d</c>, RFC 4291 section
/// 2.5.5.2).
/// </summary>
public readonly struct NetworkAddress
    : IEquatable<NetworkAddress>,
        IComparable<NetworkAddress>,
        ISpanFormattable,
        IUtf8SpanFormattable
{
    /// <summary>Characters that the longest textual form needs.</summary>
    public const int MaxTextLength = 45;

    private const ulong MappedPrefix = 0x0000_ffff_0000_0000;

    private readonly ulong _high;
    private readonly ulong _low;

    /// <summary>An address from its two halves, each as a number in host order of the big-endian bytes.</summary>
    public NetworkAddress(ulong high, ulong low)
    {
        _high = high;
        _low = low;
    }

    /// <summary>An address from its 16 bytes in network order.</summary>
    public NetworkAddress(ReadOnlySpan<byte> bytes)
    {
        _high = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        _low = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
    }

    public ulong High => _high;

    public ulong Low => _low;

    public bool IsIPv4 => _high == 0 && (_low & 0xffff_ffff_0000_0000) == MappedPrefix;

    /// <summary>0.0.0.0, or ::.</summary>
    public bool IsUnspecified => _high == 0 && _low is 0 or MappedPrefix;

    /// <summary>Multicast (RFC 5771, RFC 4291) or the limited broadcast (RFC 919).</summary>
    public bool IsOfSeveral =>
        IsIPv4 ? (uint)_low is >= 0xe000_0000 and (< 0xf000_0000 or uint.MaxValue) : _high >> 56 == 0xff;

    public static NetworkAddress FromIPv4(uint address) => new(0, MappedPrefix | address);

    /// <exception cref="ArgumentException">Neither IPv4 nor IPv6.</exception>
    public static NetworkAddress From(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        Span<byte> bytes = stackalloc byte[16];
        switch (address.AddressFamily)
        {
            case AddressFamily.InterNetwork:
                address.TryWriteBytes(bytes, out _);
                return FromIPv4(BinaryPrimitives.ReadUInt32BigEndian(bytes));
            case AddressFamily.InterNetworkV6:
                address.TryWriteBytes(bytes, out _);
                return new NetworkAddress(bytes);
            default:
                throw new ArgumentException($"not an IP address: {address}", nameof(address));
        }
    }

    /// <summary>Reads dotted decimal or an IPv6 address; no zone, brackets, port, or shortened IPv4.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out NetworkAddress address) =>
        NetworkAddressText.TryRead(text, out address);

    public IPAddress ToIPAddress()
    {
        Span<byte> bytes = stackalloc byte[16];
        CopyTo(bytes);
        return IsIPv4 ? new IPAddress(bytes[12..]) : new IPAddress(bytes);
    }

    /// <summary>Writes the 16 bytes in network order.</summary>
    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _high);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _low);
    }

    public bool Equals(NetworkAddress other) => _high == other._high && _low == other._low;

    public override bool Equals(object? obj) => obj is NetworkAddress other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(_high, _low);

    public int CompareTo(NetworkAddress other)
    {
        var high = _high.CompareTo(other._high);
        return high != 0 ? high : _low.CompareTo(other._low);
    }

    /// <summary>Dotted decimal for IPv4, else the canonical form of RFC 5952.</summary>
    public override string ToString()
    {
        Span<char> text = stackalloc char[MaxTextLength];
        TryFormat(text, out var length, default, null);
        return new string(text[..length]);
    }

    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();

    public bool TryFormat(
        Span<char> destination,
        out int charsWritten,
        ReadOnlySpan<char> format,
        IFormatProvider? provider
    )
    {
        Span<byte> text = stackalloc byte[MaxTextLength];
        var length = NetworkAddressText.Write(this, text);
        return Encoding.ASCII.TryGetChars(text[..length], destination, out charsWritten);
    }

    public bool TryFormat(
        Span<byte> utf8Destination,
        out int bytesWritten,
        ReadOnlySpan<char> format,
        IFormatProvider? provider
    )
    {
        if (utf8Destination.Length >= MaxTextLength)
        {
            bytesWritten = NetworkAddressText.Write(this, utf8Destination);
            return true;
        }

        Span<byte> text = stackalloc byte[MaxTextLength];
        var length = NetworkAddressText.Write(this, text);
        bytesWritten = text[..length].TryCopyTo(utf8Destination) ? length : 0;
        return bytesWritten != 0;
    }

    public static bool operator ==(NetworkAddress left, NetworkAddress right) => left.Equals(right);

    public static bool operator !=(NetworkAddress left, NetworkAddress right) => !left.Equals(right);

    public static bool operator <(NetworkAddress left, NetworkAddress right) => left.CompareTo(right) < 0;

    public static bool operator <=(NetworkAddress left, NetworkAddress right) => left.CompareTo(right) <= 0;

    public static bool operator >(NetworkAddress left, NetworkAddress right) => left.CompareTo(right) > 0;

    public static bool operator >=(NetworkAddress left, NetworkAddress right) => left.CompareTo(right) >= 0;
}
