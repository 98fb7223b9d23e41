using System.Globalization;
using System.Net;
using System.Text;
using NetMon.Terminal;

namespace NetMon.Client;

/// <summary>Where an agent listens: a host name or an address and a TCP port, or a Unix socket.</summary>
internal sealed record ServerAddress(string Host, int Port)
{
    private const string SocketScheme = "unix:";
    private const string TlsScheme = "https://";

    /// <summary>sun_path, without the closing NUL.</summary>
    private const int MaxSocketPath = 107;

    public const string EnvironmentVariable = "NETMON_SERVER";
    public const int DefaultPort = 9990;

    /// <summary>What an address looks like, as the end of "... is not".</summary>
    public const string Expected =
        "an address and port, such as 127.0.0.1:9990 or [::1]:9990, https:// in front for TLS, or a socket, such as unix:/run/netmon/netmon.sock";

    /// <summary>Where an agent's socket is, unless its state.directory is another.</summary>
    public static ServerAddress DefaultSocket { get; } =
        new("localhost", DefaultPort) { SocketPath = "/run/netmon/netmon.sock" };

    public static ServerAddress Default { get; } = new("127.0.0.1", DefaultPort);

    /// <summary>The path of the Unix socket; null: it is asked by TCP.</summary>
    public string? SocketPath { get; private init; }

    /// <summary>Whether it is asked over TLS.</summary>
    public bool IsTls { get; private init; }

    /// <summary>What it is asked with, over TLS.</summary>
    public AgentCredential Credential { get; init; } = new();

    /// <summary>Sends requests in place of a connection; null: there is one.</summary>
    public HttpMessageHandler? Agents { get; private init; }

    /// <summary>It is asked by a socket of this machine, or by its loopback.</summary>
    public bool IsOfThisMachine =>
        Agents is null
        && (
            SocketPath is not null
            || Host is "localhost"
            || (IPAddress.TryParse(Host, out var address) && IPAddress.IsLoopback(address))
        );

    private string? Label { get; init; }

    /// <summary>Agents in a cluster, which are reached through its API server.</summary>
    /// <param name="agents">Sends requests to them.</param>
    /// <param name="label">What they are called in messages.</param>
    public static ServerAddress Through(HttpMessageHandler agents, string label) =>
        new("localhost", DefaultPort) { Agents = agents, Label = label };

    /// <summary>What is asked where nothing is said: the agent's socket, if somebody listens there and this user may ask; else <see cref="Default"/>.</summary>
    public static ServerAddress FindDefault() =>
        AgentConnection.CanConnect(DefaultSocket.SocketPath!) ? DefaultSocket : Default;

    /// <summary>As it is written: <c>unix:PATH</c>, or a URI's authority, an IPv6 address in brackets, after <c>https://</c> if it is TLS.</summary>
    public override string ToString() =>
        Label is not null ? Label
        : SocketPath is { } path ? SocketScheme + TerminalText.Clean(path, MaxSocketPath)
        : IsTls ? TlsScheme + Authority
        : Authority;

    public Uri ToUri() => new(UriText, UriKind.Absolute);

    /// <summary>Reads <c>HOST</c>, <c>HOST:PORT</c>, <c>[V6]:PORT</c> or a bare IPv6 address, without a port the default one; each after <c>https://</c> for TLS; or <c>unix:PATH</c>.</summary>
    public static bool TryParse(string text, out ServerAddress address)
    {
        address = Default;
        if (text.StartsWith(SocketScheme, StringComparison.Ordinal))
        {
            var path = text[SocketScheme.Length..];
            address = DefaultSocket with { SocketPath = path };
            return path.StartsWith('/')
                && !path.Contains('\0')
                && Encoding.UTF8.GetByteCount(path) <= MaxSocketPath;
        }

        var isTls = text.StartsWith(TlsScheme, StringComparison.Ordinal);
        var (host, port) = Split(isTls ? text[TlsScheme.Length..] : text);
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

        // An IPv6 zone may be any text for the one, but not for the other.
        var named = new ServerAddress(host, number) { IsTls = isTls };
        if (!Uri.TryCreate(named.UriText, UriKind.Absolute, out _))
        {
            return false;
        }

        address = named;
        return true;
    }

    private string UriText => $"{(IsTls ? TlsScheme : "http://")}{Authority}/";

    private string Authority => Host.Contains(':') ? $"[{Host}]:{Port}" : $"{Host}:{Port}";

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
