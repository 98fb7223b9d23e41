using System.Globalization;

namespace NetMon.Client;

/// <summary>Where an agent listens: a host name or an address, and a TCP port.</summary>
internal sealed record ServerAddress(string Host, int Port)
{
    public const string EnvironmentVariable = "NETMON_SERVER";
    public const int DefaultPort = 9990;

    /// <summary>What an address looks like, as the end of "... is not".</summary>
    public const string Expected = "an address and port, such as 127.0.0.1:9990 or [::1]:9990";

    public static ServerAddress Default { get; } = new("127.0.0.1", DefaultPort);

    /// <summary>As a URI's authority: an IPv6 address is in brackets.</summary>
    public override string ToString() => Host.Contains(':') ? $"[{Host}]:{Port}" : $"{Host}:{Port}";

    public Uri ToUri() => new($"http://{this}/", UriKind.Absolute);

    /// <summary>Reads <c>HOST</c>, <c>HOST:PORT</c>, <c>[V6]:PORT</c> or a bare IPv6 address; without a port the default one.</summary>
    public static bool TryParse(string text, out ServerAddress address)
    {
        address = Default;
        var (host, port) = Split(text);
        var number = DefaultPort;
        if (
            port is not null
            && (
                !int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out number)
                || number is 0 or > ushort.MaxValue
            )
        )
        {
            return false;
        }

        if (Uri.CheckHostName(host) is UriHostNameType.Unknown or UriHostNameType.Basic)
        {
            return false;
        }

        address = new ServerAddress(host, number);
        return true;
    }

    private static (string Host, string? Port) Split(string text)
    {
        if (text.StartsWith('[') && text.IndexOf(']') is > 0 and var close)
        {
            var rest = text[(close + 1)..];
            return (
                text[1..close],
                rest.Length == 0 ? null
                : rest[0] == ':' ? rest[1..]
                : ""
            );
        }

        var colon = text.IndexOf(':');
        return colon < 0 || colon != text.LastIndexOf(':')
            ? (text, null)
            : (text[..colon], text[(colon + 1)..]);
    }
}
