using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using NetMon.Agent.Api.Limits;
using NetMon.Agent.Api.Tls;
using NetMon.Agent.Logging;
using NetMon.Agent.Options;
using NetMon.Kubernetes.Client;

namespace NetMon.Agent.Api.Access;

/// <summary>Decides who may ask for what.</summary>
/// <remarks>
/// <code>
///                     Open   Read                                Admin
///   the socket        yes    yes                                 yes
///   this machine      yes    yes (mode remote), or a credential  TLS and a credential
///   other machines    yes    TLS and a credential                TLS and a credential
/// </code>
/// A credential is a client certificate, a token of the file, or a token that the cluster's API server knows, in this order. Without TLS none is looked at.
/// Where a credential was sent and is wrong, the request is refused, though it might have been answered without.
/// </remarks>
internal sealed class AccessControl
{
    private const string Scheme = "Bearer ";

    private readonly CredentialMode _mode;
    private readonly CertificateRoles _certificates;
    private readonly WatchedFile<TokenTable>? _tokens;
    private readonly AccessReviews? _reviews;
    private readonly bool _takesCertificates;

    /// <param name="options">Settings.</param>
    /// <param name="reviews">Asks the cluster; null: nobody does.</param>
    /// <exception cref="StartException">The settings contradict each other, or a file is wrong.</exception>
    public AccessControl(ApiOptions options, AccessReviews? reviews, ILogger logger, TimeProvider time)
    {
        _mode = options.Auth.Mode;
        _certificates = new CertificateRoles(options.Auth.CertificateReaders, options.Auth.CertificateAdmins);
        _takesCertificates = options.Tls.ClientCa.Length > 0;
        _reviews = reviews;
        CheckSettings(options);
        if (options.Auth.TokenFile.Length > 0)
        {
            _tokens = new WatchedFile<TokenTable>(
                [options.Auth.TokenFile],
                texts => TokenTable.Parse(texts[0]),
                problem => AgentLog.AccessFileFailed(logger, problem),
                time
            );
        }

        if (options.Auth.Kubernetes && reviews is null)
        {
            throw new StartException("api.auth.kubernetes: there is no cluster to ask; see kubernetes.mode");
        }
    }

    private bool TakesCredentials => _takesCertificates || _tokens is not null || _reviews is not null;

    public ValueTask<AccessDecision> DecideAsync(HttpContext context, in Route route)
    {
        if (
            route.Access == RouteAccess.Open
            || context.Features.Get<ApiListenerFeature>()?.Listener == ApiListener.Socket
        )
        {
            return new(AccessDecision.Granted);
        }

        var isLocal = Peer.IsThisHost(context.Connection);
        return context.Features.Get<TlsPeer>() is { } peer
            ? DecideAsync(context, route, peer, isLocal)
            : new(DecideWithoutTls(context, in route, isLocal));
    }

    private AccessDecision DecideWithoutTls(HttpContext context, in Route route, bool isLocal)
    {
        var path = context.Request.Path;
        if (route.Access == RouteAccess.Admin)
        {
            return AccessDecision.Forbidden(
                RefusalReasons.NotAdmin,
                $"{path} is for administrators: ask by the agent's socket as root, or over TLS with a credential (docs/security.md)"
            );
        }

        if (!isLocal)
        {
            return AccessDecision.Forbidden(
                RefusalReasons.Remote,
                $"{path} is answered on this machine only, as there is no TLS: ask there or by kubectl port-forward, or set api.tls and api.auth (docs/security.md)"
            );
        }

        if (_mode == CredentialMode.All)
        {
            return AccessDecision.Forbidden(
                RefusalReasons.Remote,
                $"{path} needs a credential, which needs TLS: ask by the agent's socket, or set api.tls (docs/security.md)"
            );
        }

        return WithoutCredential(context);
    }

    private static AccessDecision WithoutCredential(HttpContext context) =>
        Peer.IsAskedDirectly(context.Request.Host)
            ? AccessDecision.Granted
            : AccessDecision.Forbidden(
                RefusalReasons.HostName,
                $"asked as {context.Request.Host.Host}: ask by an address or as localhost"
            );

    private async ValueTask<AccessDecision> DecideAsync(
        HttpContext context,
        Route route,
        TlsPeer peer,
        bool isLocal
    )
    {
        var authorization = context.Request.Headers.Authorization.ToString();
        if (peer.Certificate is { } certificate)
        {
            return peer.Problem is { } problem
                ? AccessDecision.Unauthorized(
                    RefusalReasons.BadCertificate,
                    $"the client certificate is not accepted: {problem}"
                )
                : MayAsk(_certificates.Find(certificate), route);
        }

        if (authorization.Length > 0)
        {
            return await ByTokenAsync(context, route, authorization);
        }

        if (isLocal && _mode == CredentialMode.Remote && route.Access == RouteAccess.Read)
        {
            return WithoutCredential(context);
        }

        return TakesCredentials
            ? AccessDecision.Unauthorized(
                RefusalReasons.NoCredential,
                $"{route.Path} needs a credential: a bearer token{(_takesCertificates ? " or a client certificate" : "")}"
            )
            : AccessDecision.Forbidden(
                RefusalReasons.Remote,
                $"{route.Path} is answered on this machine only, as no credential is configured: set api.auth (docs/security.md)"
            );
    }

    private async ValueTask<AccessDecision> ByTokenAsync(
        HttpContext context,
        Route route,
        string authorization
    )
    {
        var token = authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            ? authorization[Scheme.Length..].Trim()
            : "";
        var hash = TokenTable.HashOf(token);
        if (token.Length > 0 && _tokens?.Current.Find(hash) is { } caller)
        {
            return MayAsk(caller, route);
        }

        if (token.Length == 0 || _reviews is null)
        {
            return WrongToken();
        }

        var verb = route.Method.ToLowerInvariant();
        var review = await _reviews.AskAsync(token, hash, route.Path, verb, context.RequestAborted);
        return review.Outcome switch
        {
            ReviewOutcome.Allowed => AccessDecision.Granted,
            ReviewOutcome.Denied => Insufficient(
                $"{review.User} may not {verb} {route.Path}: give it a ClusterRole with this nonResourceURL and verb"
            ),
            ReviewOutcome.Unknown => WrongToken(),
            _ => new AccessDecision(
                StatusCodes.Status503ServiceUnavailable,
                RefusalReasons.ReviewFailed,
                "the cluster's API server could not be asked about the token; see the agent's log, and try again"
            ),
        };
    }

    private static AccessDecision MayAsk(Caller caller, Route route) =>
        caller.Role >= route.Access
            ? AccessDecision.Granted
            : Insufficient(
                caller.Role == RouteAccess.Open
                    ? $"{caller.Name} has no role: name its subject in api.auth.certificate_readers or certificate_admins"
                    : $"{caller.Name} may read only, and {route.Path} is for administrators"
            );

    private static AccessDecision Insufficient(string message) =>
        AccessDecision.Forbidden(
            RefusalReasons.Forbidden,
            message,
            "Bearer realm=\"netmon\", error=\"insufficient_scope\""
        );

    private static AccessDecision WrongToken() =>
        AccessDecision.Unauthorized(
            RefusalReasons.BadToken,
            "the token is not known, or no longer: take a new one",
            "invalid_token"
        );

    private static void CheckSettings(ApiOptions options)
    {
        if (OptionRules.Check(options).FirstOrDefault() is { } problem)
        {
            throw new StartException(problem.ToString());
        }
    }
}
