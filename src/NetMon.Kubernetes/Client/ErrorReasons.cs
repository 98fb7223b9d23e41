namespace NetMon.Kubernetes.Client;

/// <summary>Why requests to the API server fail: label <c>reason</c> of <c>netmon_kubernetes_request_errors_total</c>.</summary>
public static class ErrorReasons
{
    /// <summary>No connection, or one that broke.</summary>
    public const string Connection = "connection";

    /// <summary>The server's certificate, or ours, was refused.</summary>
    public const string Tls = "tls";

    /// <summary>No answer, or no more of it, in the time allowed.</summary>
    public const string Timeout = "timeout";

    /// <summary>401.</summary>
    public const string Unauthorized = "unauthorized";

    /// <summary>403.</summary>
    public const string Forbidden = "forbidden";

    /// <summary>404, 406: the server does not know the resource.</summary>
    public const string Unknown = "unknown_resource";

    /// <summary>410, of an answer or in a watch.</summary>
    public const string Expired = "expired";

    /// <summary>429.</summary>
    public const string Throttled = "throttled";

    /// <summary>400, 422: the server does not offer what was asked for.</summary>
    public const string Refused = "refused";

    /// <summary>Any other answer but 200.</summary>
    public const string Server = "server";

    /// <summary>The answer is not what an API server says.</summary>
    public const string Protocol = "protocol";

    /// <summary>Our token, certificate or plugin cannot be had.</summary>
    public const string Credential = "credential";

    public static string Of(int code) =>
        code switch
        {
            400 or 422 => Refused,
            401 => Unauthorized,
            403 => Forbidden,
            404 or 406 => Unknown,
            410 => Expired,
            429 => Throttled,
            _ => Server,
        };
}
