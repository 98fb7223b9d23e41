using System.Net;

namespace NetMon.Agent.Options;

/// <summary>The agent's HTTP side: metrics, health and the flow API.</summary>
public sealed class ApiOptions
{
    /// <summary>Address and port that the agent serves HTTP on; port 0 takes any free one.</summary>
    public IPEndPoint Listen { get; set; } = new(IPAddress.Loopback, 9990);

    /// <summary>Where profiles and other things for developers are served; null: nowhere.</summary>
    public IPEndPoint? DebugListen { get; set; }

    /// <summary><see cref="DebugListen"/> may be an address that other machines reach.</summary>
    public bool DebugRemote { get; set; }

    public ApiTlsOptions Tls { get; } = new();

    public ApiAuthOptions Auth { get; } = new();

    public ApiLimitOptions Limits { get; } = new();
}

/// <summary>TLS at <see cref="ApiOptions.Listen"/>. Files are PEM, and read again when they change.</summary>
public sealed class ApiTlsOptions
{
    /// <summary>The certificate, and those between it and its root. Empty: no TLS.</summary>
    public string Certificate { get; set; } = "";

    /// <summary>Its private key.</summary>
    public string Key { get; set; } = "";

    /// <summary>Authorities of clients' certificates. Empty: clients are not asked for one.</summary>
    public string ClientCa { get; set; } = "";
}

/// <summary>Who may ask for more than metrics and health.</summary>
public sealed class ApiAuthOptions
{
    /// <summary>Who needs a credential.</summary>
    public CredentialMode Mode { get; set; } = CredentialMode.Remote;

    /// <summary>File of bearer tokens. Empty: there are none.</summary>
    public string TokenFile { get; set; } = "";

    /// <summary>Subjects of client certificates that may read: <c>CN=name</c>, <c>O=name</c>, or <c>*</c> for all.</summary>
    public IReadOnlyList<string> CertificateReaders { get; set; } = [];

    /// <summary>The same of those that may change the agent, too.</summary>
    public IReadOnlyList<string> CertificateAdmins { get; set; } = [];

    /// <summary>Whether the cluster's API server is asked about tokens that are not in the file, and what their owners may do.</summary>
    public bool Kubernetes { get; set; }
}

/// <summary>Who needs a credential.</summary>
public enum CredentialMode
{
    /// <summary>Those on other machines; this machine's processes may read.</summary>
    Remote,

    /// <summary>Everybody but those at the socket.</summary>
    All,
}

/// <summary>What clients may make the agent hold.</summary>
public sealed class ApiLimitOptions
{
    /// <summary>Connections at once.</summary>
    public int Connections { get; set; } = 256;

    /// <summary>Of one client: an IPv4 address, a /64 of IPv6, or the socket.</summary>
    public int ConnectionsPerClient { get; set; } = 64;

    /// <summary>Answers at once that have no end.</summary>
    public int Streams { get; set; } = 32;

    /// <summary>Of one client.</summary>
    public int StreamsPerClient { get; set; } = 6;

    /// <summary>Bytes of a request's first line.</summary>
    public int RequestLineBytes { get; set; } = 8 * 1024;

    /// <summary>Bytes of a request's headers.</summary>
    public int HeaderBytes { get; set; } = 16 * 1024;

    /// <summary>Bytes of a request's body.</summary>
    public int BodyBytes { get; set; } = 64 * 1024;

    /// <summary>Time for a TLS handshake, and from a request's first byte to the end of its headers.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Time after which a stream is ended whose reader takes nothing, or hardly anything.</summary>
    public TimeSpan StalledStream { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Time that a connection may stay without a request.</summary>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromMinutes(2);
}
