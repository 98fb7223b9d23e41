using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace NetMon.Support;

/// <summary>Replaces addresses, and if wanted names, by others: the same by the same, in all files of one bundle; never to be undone, since the key is thrown away.</summary>
/// <remarks>
/// Addresses of loopback, none (0.0.0.0, ::) and multicast stay, since they tell of nobody. IPv4 addresses become some of 10.0.0.0/8, IPv6 ones some of
/// fd00::/8, MAC addresses locally administered ones. A version number of four parts that looks like an address is taken for one.
/// </remarks>
internal sealed partial class Anonymiser
{
    private readonly byte[] _key;
    private readonly (string Name, string Replacement)[] _names;

    /// <param name="names">Names that are replaced: of nodes, pods, workloads, namespaces. Those of less than 3 letters stay.</param>
    /// <param name="key">Null: a random one.</param>
    public Anonymiser(IEnumerable<string> names, byte[]? key = null)
    {
        _key = key ?? RandomNumberGenerator.GetBytes(32);
        // The longer first: web-7d4f8b9c-x2x4l holds web.
        _names =
        [
            .. names
                .Where(name => name.Length > 2)
                .Distinct(StringComparer.Ordinal)
                .OrderByDescending(name => name.Length)
                .ThenBy(name => name, StringComparer.Ordinal)
                .Select(name => (name, $"name-{Convert.ToHexStringLower(Hash(name).AsSpan(0, 5))}")),
        ];
    }

    public string Apply(string text)
    {
        text = HardwareAddress().Replace(text, match => Hardware(match.Value));
        text = Candidate().Replace(text, match => Address(match.Value));
        foreach (var (name, replacement) in _names)
        {
            text = Whole(text, name, replacement);
        }

        return text;
    }

    private string Hardware(string text)
    {
        if (text is "00:00:00:00:00:00" or "ff:ff:ff:ff:ff:ff")
        {
            return text;
        }

        var hash = Hash(text.ToLowerInvariant());
        return $"02:{hash[0]:x2}:{hash[1]:x2}:{hash[2]:x2}:{hash[3]:x2}:{hash[4]:x2}";
    }

    private string Address(string text)
    {
        if (!IPAddress.TryParse(text, out var address))
        {
            return text;
        }

        var isMapped = address.IsIPv4MappedToIPv6;
        var plain = isMapped ? address.MapToIPv4() : address;
        if (TellsOfNobody(plain))
        {
            return text;
        }

        var hash = Hash(plain.ToString());
        if (plain.AddressFamily == AddressFamily.InterNetwork)
        {
            var other = $"10.{hash[0]}.{hash[1]}.{hash[2]}";
            return isMapped ? $"::ffff:{other}" : other;
        }

        Span<byte> bytes = stackalloc byte[16];
        hash.AsSpan(0, 16).CopyTo(bytes);
        bytes[0] = 0xfd;
        return new IPAddress(bytes).ToString();
    }

    private static bool TellsOfNobody(IPAddress address) =>
        IPAddress.IsLoopback(address)
        || address.Equals(IPAddress.Any)
        || address.Equals(IPAddress.IPv6Any)
        || address.IsIPv6Multicast
        || (
            address.AddressFamily == AddressFamily.InterNetwork
            && (address.GetAddressBytes()[0] is >= 224 or 0)
        );

    /// <summary>Replaces a name where it is one, and not a part of a longer word.</summary>
    private static string Whole(string text, string name, string replacement)
    {
        var at = text.IndexOf(name, StringComparison.Ordinal);
        if (at < 0)
        {
            return text;
        }

        var result = new StringBuilder(text.Length);
        var start = 0;
        for (; at >= 0; at = text.IndexOf(name, at + name.Length, StringComparison.Ordinal))
        {
            var end = at + name.Length;
            if ((at > 0 && IsOfName(text[at - 1])) || (end < text.Length && IsOfName(text[end])))
            {
                continue;
            }

            result.Append(text, start, at - start).Append(replacement);
            start = end;
        }

        return result.Append(text, start, text.Length - start).ToString();
    }

    private static bool IsOfName(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '_';

    private byte[] Hash(string text) => HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(text));

    [GeneratedRegex(
        @"(?<![0-9A-Za-z:])(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}(?![0-9A-Za-z:])",
        RegexOptions.CultureInvariant,
        10_000
    )]
    private static partial Regex HardwareAddress();

    // IPv4; or hexadecimal digits with two colons at least, an IPv4 address at the end.
    [GeneratedRegex(
        @"(?<![0-9A-Za-z.:_])(?:(?=[0-9A-Fa-f]*:[0-9A-Fa-f]*:)[0-9A-Fa-f:]{1,38}:\d{1,3}(?:\.\d{1,3}){3}|(?=[0-9A-Fa-f]*:[0-9A-Fa-f]*:)[0-9A-Fa-f:]{2,39}(?<!:(?<!::))|\d{1,3}(?:\.\d{1,3}){3})(?![0-9A-Za-z_])",
        RegexOptions.CultureInvariant,
        10_000
    )]
    private static partial Regex Candidate();
}
