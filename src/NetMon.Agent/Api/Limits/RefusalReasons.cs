using Microsoft.AspNetCore.Http;

namespace NetMon.Agent.Api.Limits;

/// <summary>Why requests and connections are refused: the label reason of netmon_api_refused_total.</summary>
internal static class RefusalReasons
{
    /// <summary>From another machine, without what that needs.</summary>
    public const string Remote = "remote";

    /// <summary>By a name that might be anybody's.</summary>
    public const string HostName = "host_name";

    /// <summary>What only administrators may, by a way that has none.</summary>
    public const string NotAdmin = "not_admin";
    public const string NoCredential = "no_credential";
    public const string BadToken = "bad_token";
    public const string BadCertificate = "bad_certificate";

    /// <summary>Somebody known, who may not.</summary>
    public const string Forbidden = "forbidden";

    /// <summary>The API server could not be asked.</summary>
    public const string ReviewFailed = "review_failed";

    /// <summary>A TLS handshake failed, or took too long.</summary>
    public const string Handshake = "tls_handshake";
    public const string ClientConnections = "client_connections";
    public const string Connections = "connections";

    /// <summary>A connection that waited for a request gave way to another.</summary>
    public const string IdleConnection = "idle_connection";
    public const string ClientStreams = "client_streams";
    public const string Streams = "streams";
    public const string BadRequest = "bad_request";
    public const string RequestLine = "request_line";
    public const string Headers = "headers";
    public const string Body = "body";

    /// <summary>A request took too long to come.</summary>
    public const string SlowRequest = "slow_request";

    /// <summary>An answer was taken too slowly.</summary>
    public const string SlowReader = "slow_reader";

    /// <summary>Why the server answers a request with a status.</summary>
    public static string OfStatus(int status) =>
        status switch
        {
            StatusCodes.Status408RequestTimeout => SlowRequest,
            StatusCodes.Status413PayloadTooLarge => Body,
            StatusCodes.Status414UriTooLong => RequestLine,
            StatusCodes.Status431RequestHeaderFieldsTooLarge => Headers,
            _ => BadRequest,
        };

    public static IReadOnlyList<string> All { get; } =
    [
        Remote,
        HostName,
        NotAdmin,
        NoCredential,
        BadToken,
        BadCertificate,
        Forbidden,
        ReviewFailed,
        Handshake,
        ClientConnections,
        Connections,
        IdleConnection,
        ClientStreams,
        Streams,
        BadRequest,
        RequestLine,
        Headers,
        Body,
        SlowRequest,
        SlowReader,
    ];
}
