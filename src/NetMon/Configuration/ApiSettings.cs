using System.Net;
using NetMon.Agent.Options;

namespace NetMon.Configuration;

/// <summary>The settings of section api.</summary>
internal static class ApiSettings
{
    private const int MaxPath = 4096;
    private const int MaxSubjects = 64;
    private const int MaxConnections = 65_536;
    private const int MaxHeaderBytes = 1 << 20;

    private static readonly ValueFormat<string> Path = ValueFormats.Text("file", MaxPath);

    private static readonly ValueFormat<TimeSpan> Time = ValueFormats.Duration(
        TimeSpan.FromSeconds(1),
        TimeSpan.FromMinutes(10)
    );

    private static readonly ValueFormat<string> Subject = new(
        "subject",
        text =>
            text == "*"
            || (
                text.Length is > 2 and <= 256
                && text.Split('=', 2) is ["CN" or "O", { Length: > 0 }]
                && !text.Any(char.IsControl)
            )
                ? text
                : new Problem($"'{text}' is not CN=name, O=name or *"),
        value => value
    );

    public static IEnumerable<Setting> All { get; } =
    [
        new Setting<IPEndPoint>(
            "api.listen",
            "--listen",
            ValueFormats.Endpoint,
            o => o.Api.Listen,
            (o, value) => o.Api.Listen = value,
            "where metrics and flows are served"
        )
        {
            Meaning =
                "Where the agent serves metrics, health and flows over HTTP. Other machines that reach it get metrics and health alone, unless there is TLS and they have a credential ([security.md](security.md)). Port 0 takes any free one.",
        },
        new Setting<IPEndPoint?>(
            "api.debug_listen",
            "--debug-server",
            ValueFormats.OptionalEndpoint,
            o => o.Api.DebugListen,
            (o, value) => o.Api.DebugListen = value,
            "where profiles and other things for developers are served"
        )
        {
            Meaning =
                "Where the agent serves `/debug/flows`, `/debug/config`, `/debug/stats`, `/debug/doctor` and profiles of itself ([troubleshooting.md](troubleshooting.md#the-agent-uses-too-much-cpu-or-memory)). `none`: nowhere.",
        },
        new Setting<bool>(
            "api.debug_remote",
            "--debug-server-remote",
            ValueFormats.Switch,
            o => o.Api.DebugRemote,
            (o, value) => o.Api.DebugRemote = value,
            "allow an address that other machines reach for --debug-server"
        )
        {
            Meaning =
                "Whether `api.debug_listen` may be an address that other machines reach; they need a credential all the same. Without it the agent does not start with such an address.",
        },
        new Setting<string>(
            "api.tls.certificate",
            "--tls-certificate",
            Path,
            o => o.Api.Tls.Certificate,
            (o, value) => o.Api.Tls.Certificate = value,
            "PEM certificate of the address that is listened on; empty: no TLS"
        )
        {
            Meaning =
                "PEM file of the certificate for `api.listen`, followed by those between it and its root. Everything at this address is TLS then. The file, and those below, are read again when they change. Empty: no TLS.",
        },
        new Setting<string>(
            "api.tls.key",
            "--tls-key",
            Path,
            o => o.Api.Tls.Key,
            (o, value) => o.Api.Tls.Key = value,
            "PEM key of the certificate"
        )
        {
            Meaning = "PEM file of the certificate's private key.",
        },
        new Setting<string>(
            "api.tls.client_ca",
            "--tls-client-ca",
            Path,
            o => o.Api.Tls.ClientCa,
            (o, value) => o.Api.Tls.ClientCa = value,
            "PEM authorities of clients' certificates"
        )
        {
            Meaning =
                "PEM file of the authorities whose client certificates are credentials. Empty: clients are not asked for a certificate.",
        },
        new Setting<CredentialMode>(
            "api.auth.mode",
            "--auth-mode",
            ValueFormats.Word(("remote", CredentialMode.Remote), ("all", CredentialMode.All)),
            o => o.Api.Auth.Mode,
            (o, value) => o.Api.Auth.Mode = value,
            "who needs a credential; remote: only those on other machines"
        )
        {
            Meaning =
                "Who needs a credential for more than metrics and health. `remote`: those on other machines; processes of this machine may read without. `all`: everybody but those at the agent's socket.",
        },
        new Setting<string>(
            "api.auth.token_file",
            "--token-file",
            Path,
            o => o.Api.Auth.TokenFile,
            (o, value) => o.Api.Auth.TokenFile = value,
            "bearer tokens: lines of name, read or admin, and the token"
        )
        {
            Meaning =
                "File of bearer tokens: lines of a name, `read` or `admin`, and the token or `sha256:` and its hash in hexadecimal. Empty: there are none.",
        },
        new ListSetting<string>(
            "api.auth.certificate_readers",
            "--certificate-reader",
            Subject,
            MaxSubjects,
            o => o.Api.Auth.CertificateReaders,
            (o, value) => o.Api.Auth.CertificateReaders = value,
            "subject of client certificates that may read: CN=name, O=name or *"
        )
        {
            Meaning =
                "Whose client certificates may read: `CN=name`, `O=name`, or `*` for everybody whom `api.tls.client_ca` knows.",
        },
        new ListSetting<string>(
            "api.auth.certificate_admins",
            "--certificate-admin",
            Subject,
            MaxSubjects,
            o => o.Api.Auth.CertificateAdmins,
            (o, value) => o.Api.Auth.CertificateAdmins = value,
            "subject of client certificates that may change the agent"
        )
        {
            Meaning = "The same of those that may change the agent, too.",
        },
        new Setting<bool>(
            "api.auth.kubernetes",
            "--auth-kubernetes",
            ValueFormats.Switch,
            o => o.Api.Auth.Kubernetes,
            (o, value) => o.Api.Auth.Kubernetes = value,
            "ask the API server about tokens, and what their owners may do"
        )
        {
            Meaning =
                "Whether the cluster's API server is asked whose a token is that is not in the file, and whether they may ask for this address: a `nonResourceURLs` rule with the verb `get` or `post`. The agent itself needs to create `tokenreviews` and `subjectaccessreviews`.",
        },
        Count(
            "api.limits.connections",
            "--max-connections",
            MaxConnections,
            o => o.Connections,
            (o, value) => o.Connections = value,
            "connections at once",
            "Connections at once. At the limit the one that has been idle longest gives way; if none is, the new one is refused. `netmon_api_refused_total` counts both."
        ),
        Count(
            "api.limits.connections_per_client",
            "--max-client-connections",
            MaxConnections,
            o => o.ConnectionsPerClient,
            (o, value) => o.ConnectionsPerClient = value,
            "of one client",
            "Connections at once of one client: an IPv4 address, a /64 of IPv6, or the socket."
        ),
        Count(
            "api.limits.streams",
            "--max-streams",
            MaxConnections,
            o => o.Streams,
            (o, value) => o.Streams = value,
            "answers at once that go on until they are ended",
            "Answers at once that go on until they are ended (`follow=true`). Further requests are answered 503."
        ),
        Count(
            "api.limits.streams_per_client",
            "--max-client-streams",
            MaxConnections,
            o => o.StreamsPerClient,
            (o, value) => o.StreamsPerClient = value,
            "of one client",
            "The same of one client. Further requests are answered 429."
        ),
        Bytes(
            "api.limits.request_line",
            "--max-request-line",
            o => o.RequestLineBytes,
            (o, value) => o.RequestLineBytes = value,
            "size of a request's first line",
            "Size of a request's first line: longer ones are answered 414."
        ),
        Bytes(
            "api.limits.headers",
            "--max-headers",
            o => o.HeaderBytes,
            (o, value) => o.HeaderBytes = value,
            "size of a request's headers",
            "Size of a request's headers, of which there may be 64: larger ones are answered 431."
        ),
        Bytes(
            "api.limits.body",
            "--max-body",
            o => o.BodyBytes,
            (o, value) => o.BodyBytes = value,
            "size of a request's body",
            "Size of a request's body: larger ones are answered 413."
        ),
        new Setting<TimeSpan>(
            "api.limits.request_timeout",
            "--request-timeout",
            Time,
            o => o.Api.Limits.RequestTimeout,
            (o, value) => o.Api.Limits.RequestTimeout = value,
            "time for a TLS handshake, and for a request's headers"
        )
        {
            Meaning =
                "Time for a TLS handshake, and from a request's first byte to the end of its headers: slower ones are answered 408.",
        },
        new Setting<TimeSpan>(
            "api.limits.stalled_stream",
            "--stalled-stream",
            ValueFormats.Duration(TimeSpan.FromSeconds(10), TimeSpan.FromHours(24)),
            o => o.Api.Limits.StalledStream,
            (o, value) => o.Api.Limits.StalledStream = value,
            "time after which a stream is ended whose reader takes nothing"
        )
        {
            Meaning =
                "Time after which a stream is ended whose reader takes nothing. Until then it loses records, which it is told.",
        },
        new Setting<TimeSpan>(
            "api.limits.idle_timeout",
            "--idle-timeout",
            Time,
            o => o.Api.Limits.IdleTimeout,
            (o, value) => o.Api.Limits.IdleTimeout = value,
            "time that a connection may stay without a request"
        )
        {
            Meaning = "Time that a connection may stay without a request.",
        },
    ];

    private static Setting<int> Count(
        string key,
        string flag,
        int max,
        Func<ApiLimitOptions, int> get,
        Action<ApiLimitOptions, int> set,
        string summary,
        string meaning
    ) =>
        new(
            key,
            flag,
            ValueFormats.Whole("number", 1, max),
            o => get(o.Api.Limits),
            (o, value) => set(o.Api.Limits, value),
            summary
        )
        {
            Meaning = meaning,
        };

    private static Setting<int> Bytes(
        string key,
        string flag,
        Func<ApiLimitOptions, int> get,
        Action<ApiLimitOptions, int> set,
        string summary,
        string meaning
    ) =>
        new(
            key,
            flag,
            ValueFormats.Size(1024, MaxHeaderBytes),
            o => get(o.Api.Limits),
            (o, value) => set(o.Api.Limits, value),
            summary
        )
        {
            Meaning = meaning,
        };
}
