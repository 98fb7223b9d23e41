using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
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
internal readonly record struct Route(
    string Path,
    RequestDelegate Handler,
    RouteAccess Access = RouteAccess.Read,
    string Method = "GET"
);

/// <summary>Finds who answers a request, and answers where nobody does.</summary>
internal sealed class RouteTable(IReadOnlyList<Route> routes, ILogger<RouteTable> logger)
{
    /// <summary>The part of it that everybody may ask: metrics and health.</summary>
    public RouteTable Open() => new([.. routes.Where(route => route.Access == RouteAccess.Open)], logger);

    public async Task HandleAsync(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        try
        {
            await Choose(context)(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client went away.
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
    }

    private RequestDelegate Choose(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "";
        var method = HttpMethods.IsHead(context.Request.Method) ? HttpMethods.Get : context.Request.Method;
        var exists = false;
        foreach (var route in routes)
        {
            if (!string.Equals(route.Path, path, StringComparison.Ordinal))
            {
                continue;
            }

            exists = true;
            if (string.Equals(route.Method, method, StringComparison.Ordinal))
            {
                return MayAsk(context, route.Access) ? route.Handler : Refused;
            }
        }

        return exists ? NotAllowed : NotFound;
    }

    // What changes the agent comes by its socket, which only root may use.
    private static bool MayAsk(HttpContext context, RouteAccess access) =>
        access != RouteAccess.Admin
        || context.Features.Get<ApiListenerFeature>()?.Listener == ApiListener.Socket;

    private static Task Refused(HttpContext context) =>
        JsonError.WriteAsync(
            context,
            StatusCodes.Status403Forbidden,
            $"{context.Request.Path} changes the agent: ask it by its socket, as root"
        );

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
