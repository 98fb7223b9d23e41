using System.Globalization;
using System.Net;
using System.Text;
using NetMon.Bpf.Tracing;
using NetMon.Core.Flows;

namespace NetMon.Agent.Tracing;

/// <summary>A filter as a person writes it: <c>10.0.0.1 port 80 tcp dev eth0</c>.</summary>
/// <remarks>
/// Words in any order: an address or network (two at most, for either end), <c>port N</c> (two at most), a protocol's name or <c>proto N</c>,
/// <c>dev NAME</c>; <c>host</c>, <c>net</c> and <c>and</c> may be written and mean nothing.
/// </remarks>
internal static class PacketFilterText
{
    private const int MaxText = 256;
    private const int MaxInterfaceName = 15;

    private static readonly string[] Fillers = ["and", "host", "net"];

    /// <returns>Null if nothing is wrong; else what.</returns>
    public static string? TryParse(string? text, out PacketFilter filter)
    {
        filter = new PacketFilter();
        if (text is null)
        {
            return null;
        }

        if (text.Length > MaxText)
        {
            return $"the filter is longer than {MaxText} letters";
        }

        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        for (var i = 0; i < words.Length; i++)
        {
            var word = words[i];
            if (Fillers.Contains(word, StringComparer.Ordinal))
            {
                continue;
            }

            var argument = i + 1 < words.Length ? words[i + 1] : "";
            var problem = word switch
            {
                "port" => TakePort(argument, ref filter),
                "proto" => TakeProtocol(argument, ref filter),
                "dev" => TakeInterface(argument, ref filter),
                _ => TakeBare(word, ref filter),
            };
            if (problem is not null)
            {
                return problem;
            }

            i += word is "port" or "proto" or "dev" ? 1 : 0;
        }

        return null;
    }

    private static string? TakePort(string text, ref PacketFilter filter)
    {
        if (
            !ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            || port == 0
        )
        {
            return $"'{text}' is not a port: from 1 to 65535";
        }

        if (filter.Ports.Count == 2)
        {
            return "a packet has two ports at most";
        }

        filter = filter with { Ports = [.. filter.Ports, port] };
        return null;
    }

    private static string? TakeProtocol(string text, ref PacketFilter filter)
    {
        for (var number = 1; number <= byte.MaxValue; number++)
        {
            var name = IpProtocolNames.Name((byte)number);
            if (string.Equals(name, text, StringComparison.Ordinal) || text == $"{number}")
            {
                filter = filter with { Protocol = (byte)number };
                return null;
            }
        }

        return $"'{text}' is not a protocol, such as tcp, udp, icmp, or a number";
    }

    private static string? TakeInterface(string text, ref PacketFilter filter)
    {
        if (Encoding.UTF8.GetByteCount(text) is 0 or > MaxInterfaceName)
        {
            return $"'{text}' is not an interface's name";
        }

        filter = filter with { Interface = text };
        return null;
    }

    private static string? TakeBare(string word, ref PacketFilter filter)
    {
        var slash = word.IndexOf('/', StringComparison.Ordinal);
        var length = -1;
        if (
            !IPAddress.TryParse(slash < 0 ? word : word[..slash], out var address)
            || (
                slash >= 0
                && !int.TryParse(
                    word.AsSpan(slash + 1),
                    NumberStyles.None,
                    CultureInfo.InvariantCulture,
                    out length
                )
            )
        )
        {
            return TakeProtocol(word, ref filter) is null
                ? null
                : $"'{word}' is not understood; a filter is made of addresses, networks, port N, a protocol, dev NAME";
        }

        var bits = address.GetAddressBytes().Length * 8;
        if (length > bits)
        {
            return $"'{word}' is not a network";
        }

        if (filter.Networks.Count == 2)
        {
            return "a packet has two addresses";
        }

        filter = filter with { Networks = [.. filter.Networks, (address, length < 0 ? bits : length)] };
        return null;
    }
}
