using System.Globalization;
using NetMon.Core.Flows;

namespace NetMon.Core.Networks;

/// <summary>
/// A network: an address and the length of its prefix. IPv4 and IPv6 networks are apart: <c>::/0</c> holds no
/// IPv4 address.
/// </summary>
public readonly struct Cidr : IEquatable<Cidr>
{
    private const int MappedLength = 96;

    private readonly ulong _highMask;
    private readonly ulong _lowMask;
    private readonly bool _isIPv4;

    private Cidr(NetworkAddress address, int bits, bool isIPv4)
    {
        _highMask = Mask(Math.Min(bits, 64));
        _lowMask = Mask(Math.Max(bits - 64, 0));
        _isIPv4 = isIPv4;
        Address = new NetworkAddress(address.High & _highMask, address.Low & _lowMask);
        PrefixLength = isIPv4 ? bits - MappedLength : bits;
    }

    /// <summary>The network's first address: bits beyond the prefix are 0.</summary>
    public NetworkAddress Address { get; }

    /// <summary>0..32 for IPv4, 0..128 for IPv6.</summary>
    public int PrefixLength { get; }

    public bool Contains(NetworkAddress address) =>
        (address.High & _highMask) == Address.High
        && (address.Low & _lowMask) == Address.Low
        && address.IsIPv4 == _isIPv4;

    /// <summary>
    /// Reads <c>10.0.0.0/8</c>, <c>fd00::/8</c> or an address alone, which stands for itself. Host bits are allowed
    /// and dropped.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Cidr network)
    {
        network = default;
        var slash = text.IndexOf('/');
        if (!NetworkAddress.TryParse(slash < 0 ? text : text[..slash], out var address))
        {
            return false;
        }

        var isIPv4 = address.IsIPv4;
        var longest = isIPv4 ? 128 - MappedLength : 128;
        var length = longest;
        if (
            slash >= 0
            && (
                !int.TryParse(
                    text[(slash + 1)..],
                    NumberStyles.None,
                    CultureInfo.InvariantCulture,
                    out length
                )
                || length > longest
            )
        )
        {
            return false;
        }

        network = new Cidr(address, isIPv4 ? length + MappedLength : length, isIPv4);
        return true;
    }

    /// <summary>As <see cref="TryParse"/>, for text that is right.</summary>
    /// <exception cref="FormatException">It is not.</exception>
    public static Cidr Parse(ReadOnlySpan<char> text) =>
        TryParse(text, out var network) ? network : throw new FormatException($"no network: {text}");

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Address}/{PrefixLength}");

    public bool Equals(Cidr other) =>
        Address == other.Address && PrefixLength == other.PrefixLength && _isIPv4 == other._isIPv4;

    public override bool Equals(object? obj) => obj is Cidr other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(Address, PrefixLength, _isIPv4);

    public static bool operator ==(Cidr left, Cidr right) => left.Equals(right);

    public static bool operator !=(Cidr left, Cidr right) => !left.Equals(right);

    private static ulong Mask(int bits) => bits == 0 ? 0 : ulong.MaxValue << (64 - bits);
}
