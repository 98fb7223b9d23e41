using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Logging;
using NetMon.Agent.Api.Access;
using NetMon.Agent.Api.Limits;
using NetMon.Agent.Logging;

namespace NetMon.Agent.Api;

/// <summary>Who may ask.</summary>
internal enum RouteAccess
{
    /// <summary>Everybody who reaches the address: metrics and health.</summary>
    Open,

    /// <summary>Who may see the traffic.</summary>
    Read,

    /// <summary>Who may change how the agent runs.</summary>
    Admin,
}

/// <summary>One address of the API.</summary>
/// <param name="Path">The whole path, case-sensitive.</param>
/// <param name="Handler">Answers.</param>
/// <param name="Access">Who may ask.</param>
/// <param name="Method">GET (which answers HEAD, too) or another. A path has a route for each of its methods.</param>
/// <param name="IsStream">Its answers have no end. Others have none either where the query says <c>follow=true</c>.</param>
internal readonly record struct Route(
    string Path,
    RequestDelegate Handler,
    RouteAccess Access = RouteAccess.Read,
    string Method = "GET",
    bool IsStream = false
);

/// <summary>Finds who answers a request, and answers where nobody does.</summary>
internal sealed class RouteTable(IReadOnlyList<Route> routes, ApiGuard guard, ILogger<RouteTable> logger)
{
    /// <summary>The part of it that everybody may ask: metrics and health.</summary>
    public RouteTable Open() =>
        new([.. routes.Where(route => route.Access == RouteAccess.Open)], guard, logger);

    /// <summary>What answers reading at some of its addresses, under other ones, and others beside.</summary>
    public RouteTable Alias(
        IReadOnlyList<(string Path, string Alias)> aliases,
        params ReadOnlySpan<Route> more
    )
    {
        var aliased =
            from alias in aliases
            from route in routes
            where
                string.Equals(route.Path, alias.Path, StringComparison.Ordinal)
                && route.Method == HttpMethods.Get
            select route with
            {
                Path = alias.Alias,
            };
        return new([.. aliased, .. more], guard, logger);
    }

    public async Task HandleAsync(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        var connection = context.Features.Get<ApiConnection>();
        connection?.BeginRequest();
        try
        {
            await AnswerAsync(context, connection?.Client);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client went away.
        }
        catch (BadHttpRequestException error) when (!context.Response.HasStarted)
        {
            // The server counts it when it leaves the rest of the request unread.
            await JsonError.WriteAsync(context, error.StatusCode, error.Message);
        }
#pragma warning disable CA1031 // One request's fault must not reach the server: it would log a whole stack for each.
        catch (Exception error)
#pragma warning restore CA1031
        {
            AgentLog.RequestFailed(logger, context.Request.Path, error);
            if (context.Response.HasStarted)
            {
                context.Abort();
                return;
            }

            context.Response.Clear();
            await JsonError.WriteAsync(
                context,
                StatusCodes.Status500InternalServerError,
                "the agent failed to answer; see its log"
            );
        }
        finally
        {
            AgentLog.Answered(
                logger,
                context.Request.Method,
                context.Request.Path,
                context.Response.StatusCode
            );
            connection?.EndRequest();
        }
    }

    private async Task AnswerAsync(HttpContext context, IPAddress? client)
    {
        if (Find(context, out var exists) is not { } route)
        {
            await (exists ? NotAllowed(context) : NotFound(context));
            return;
        }

        var decision = await guard.Access.DecideAsync(context, in route);
        if (!decision.IsGranted)
        {
            await RefuseAsync(context, decision);
            return;
        }

        if (!IsStream(context, in route))
        {
            WatchedBody.Watch(context, guard.Refusals, ApiGuard.StalledAnswer);
            await route.Handler(context);
            return;
        }

        if (guard.Streams.TryEnter(client) is { } reason)
        {
            await RefuseAsync(context, TooManyStreams(reason));
            return;
        }

        // A stream's reader may be as slow as it likes: it costs its queue, and one of a few places.
        context.Features.Get<IHttpMinResponseDataRateFeature>()?.MinDataRate = null;
        WatchedBody.Watch(context, guard.Refusals, guard.Limits.StalledStream);
        try
        {
            await route.Handler(context);
        }
        finally
        {
            guard.Streams.Leave(client);
        }
    }

    // What everybody may ask has no streams: else anybody could take their few places.
    private static bool IsStream(HttpContext context, in Route route) =>
        route.IsStream || (route.Access != RouteAccess.Open && context.Request.Query["follow"] == "true");

    private Route? Find(HttpContext context, out bool exists)
    {
        var path = context.Request.Path.Value ?? "";
        var method = HttpMethods.IsHead(context.Request.Method) ? HttpMethods.Get : context.Request.Method;
        exists = false;
        foreach (var route in routes)
        {
            if (!string.Equals(route.Path, path, StringComparison.Ordinal))
            {
                continue;
            }

            exists = true;
            if (string.Equals(route.Method, method, StringComparison.Ordinal))
            {
                return route;
            }
        }

        return null;
    }

    private AccessDecision TooManyStreams(string reason) =>
        reason == RefusalReasons.Streams
            ? new AccessDecision(
                StatusCodes.Status503ServiceUnavailable,
                reason,
                $"{guard.Limits.Streams} streams are being served, which is the most: end one, or raise api.limits.streams"
            )
            : new AccessDecision(
                StatusCodes.Status429TooManyRequests,
                reason,
                $"{guard.Limits.StreamsPerClient} streams are being served to this client, which is the most: end one, or raise api.limits.streams_per_client"
            );

    private Task RefuseAsync(HttpContext context, AccessDecision decision)
    {
        guard.Refusals.Count(decision.Reason);
        if (decision.Challenge.Length > 0)
        {
            context.Response.Headers.WWWAuthenticate = decision.Challenge;
        }

        return JsonError.WriteAsync(context, decision.Status, decision.Message);
    }

    private Task NotAllowed(HttpContext context)
    {
        var methods = routes
            .Where(route => string.Equals(route.Path, context.Request.Path, StringComparison.Ordinal))
            .Select(route => route.Method == HttpMethods.Get ? "GET, HEAD" : route.Method);
        var allowed = string.Join(", ", methods);
        context.Response.Headers.Allow = allowed;
        return JsonError.WriteAsync(
            context,
            StatusCodes.Status405MethodNotAllowed,
            $"{context.Request.Path} is for {allowed}"
        );
    }

    private Task NotFound(HttpContext context) =>
        JsonError.WriteAsync(
            context,
            StatusCodes.Status404NotFound,
            $"there is no {context.Request.Path}; there are {string.Join(", ", routes.Select(route => route.Path).Distinct(StringComparer.Ordinal))}"
        );
}
