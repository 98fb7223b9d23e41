using System.Buffers.Text;
using System.Net;

namespace NetMon.Core.Flows;

/// <summary>The textual forms of <see cref="NetworkAddress"/>: dotted decimal, and RFC 5952 for IPv6.</summary>
internal static class NetworkAddressText
{
    private const int Groups = 8;

    /// <summary>
    /// Writes the canonical form as ASCII; <paramref name="text"/> has room for <see
    /// cref="NetworkAddress.MaxTextLength"/>.
    /// </summary>
    public static int Write(NetworkAddress address, Span<byte> text) =>
        address.IsIPv4 ? WriteIPv4((uint)address.Low, text) : WriteIPv6(address, text);

    /// <summary>
    /// Reads four decimal octets (no leading zeros, no shorter forms: those mean different addresses to different programs), or
    /// an IPv6 address without zone, brackets or port.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<char> text, out NetworkAddress address)
    {
        address = default;
        if (!text.Contains(':'))
        {
            return TryReadIPv4(text, out address);
        }

        if (text.ContainsAny("%[]") || !IPAddress.TryParse(text, out var parsed))
        {
            return false;
        }

        address = NetworkAddress.From(parsed);
        return true;
    }

    private static bool TryReadIPv4(ReadOnlySpan<char> text, out NetworkAddress address)
    {
        address = default;
        var value = 0u;
        for (var octet = 0; octet < 4; octet++)
        {
            var end = octet < 3 ? text.IndexOf('.') : text.Length;
            if (end is < 1 or > 3 || (end > 1 && text[0] == '0'))
            {
                return false;
            }

            var number = 0u;
            foreach (var digit in text[..end])
            {
                if (!char.IsAsciiDigit(digit))
                {
                    return false;
                }

                number = (number * 10) + (uint)(digit - '0');
            }

            if (number > byte.MaxValue)
            {
                return false;
            }

            value = (value << 8) | number;
            text = octet < 3 ? text[(end + 1)..] : [];
        }

        address = NetworkAddress.FromIPv4(value);
        return true;
    }

    private static int WriteIPv4(uint address, Span<byte> text)
    {
        var length = 0;
        for (var shift = 24; shift >= 0; shift -= 8)
        {
            if (shift != 24)
            {
                text[length++] = (byte)'.';
            }

            Utf8Formatter.TryFormat((byte)(address >> shift), text[length..], out var written);
            length += written;
        }

        return length;
    }

    private static int WriteIPv6(NetworkAddress address, Span<byte> text)
    {
        var (start, end) = LongestZeroRun(address);
        var length = 0;
        for (var i = 0; i < Groups; i++)
        {
            if (i == start)
            {
                text[length++] = (byte)':';
                text[length++] = (byte)':';
                i = end - 1;
                continue;
            }

            if (i > 0 && i != end)
            {
                text[length++] = (byte)':';
            }

            Utf8Formatter.TryFormat(Group(address, i), text[length..], out var written, 'x');
            length += written;
        }

        return length;
    }

    // RFC 5952 section 4.2: the longest run of two zero groups or more, the first of equals; none: (-1, -1).
    private static (int Start, int End) LongestZeroRun(NetworkAddress address)
    {
        var (start, end) = (-1, -1);
        for (var i = 0; i < Groups; i++)
        {
            var first = i;
            while (i < Groups && Group(address, i) == 0)
            {
                i++;
            }

            if (i - first >= 2 && i - first > end - start)
            {
                (start, end) = (first, i);
            }
        }

        return (start, end);
    }

    private static ushort Group(NetworkAddress address, int index) =>
        index < 4
            ? (ushort)(address.High >> (48 - (index * 16)))
            : (ushort)(address.Low >> (48 - ((index - 4) * 16)));
}
