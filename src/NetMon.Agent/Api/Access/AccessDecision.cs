using Microsoft.AspNetCore.Http;

namespace NetMon.Agent.Api.Access;

/// <summary>Whether a request is answered, and if not, what the client is told.</summary>
/// <param name="Status">HTTP status; 0: it is answered.</param>
/// <param name="Reason">As in netmon_api_refused_total.</param>
/// <param name="Message">What, and what to do next.</param>
/// <param name="Challenge">WWW-Authenticate; empty: none.</param>
internal readonly record struct AccessDecision(
    int Status,
    string Reason,
    string Message,
    string Challenge = ""
)
{
    public static AccessDecision Granted { get; }

    public bool IsGranted => Status == 0;

    /// <summary>Nothing that is asked with changes the answer.</summary>
    public static AccessDecision Forbidden(string reason, string message, string challenge = "") =>
        new(StatusCodes.Status403Forbidden, reason, message, challenge);

    /// <summary>RFC 6750 section 3: a token is asked for, or <paramref name="error"/> says what is wrong with the one that was sent.</summary>
    public static AccessDecision Unauthorized(string reason, string message, string? error = null) =>
        new(
            StatusCodes.Status401Unauthorized,
            reason,
            message,
            error is null ? "Bearer realm=\"netmon\"" : $"Bearer realm=\"netmon\", error=\"{error}\""
        );
}
