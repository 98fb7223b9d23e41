using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using NetMon.Agent.Logging;

namespace NetMon.Agent.Api;

/// <summary>One address of the API; every one is for GET.</summary>
/// <param name="Path">The whole path, case-sensitive.</param>
/// <param name="Handler">Answers.</param>
internal readonly record struct Route(string Path, RequestDelegate Handler);

/// <summary>Finds who answers a request, and answers where nobody does.</summary>
internal sealed class RouteTable(IReadOnlyList<Route> routes, ILogger<RouteTable> logger)
{
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
        foreach (var route in routes)
        {
            if (string.Equals(route.Path, path, StringComparison.Ordinal))
            {
                return HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method)
                    ? route.Handler
                    : NotAllowed;
            }
        }

        return NotFound;
    }

    private static Task NotAllowed(HttpContext context)
    {
        context.Response.Headers.Allow = "GET, HEAD";
        return JsonError.WriteAsync(
            context,
            StatusCodes.Status405MethodNotAllowed,
            $"{context.Request.Path} is for GET"
        );
    }

    private Task NotFound(HttpContext context) =>
        JsonError.WriteAsync(
            context,
            StatusCodes.Status404NotFound,
            $"there is no {context.Request.Path}; there are {string.Join(", ", routes.Select(route => route.Path))}"
        );
}
