using System.Globalization;
using Microsoft.AspNetCore.Http;
using NetMon.Lab.ApiServer.Misbehaviour;
using NetMon.Lab.ApiServer.Requests;
using NetMon.Lab.ApiServer.Resources;
using NetMon.Lab.ApiServer.Security;
using NetMon.Lab.ApiServer.Storage;

namespace NetMon.Lab.ApiServer.Serving;

/// <summary>Takes each request: who asks, whether it goes wrong on purpose, what it is about.</summary>
internal sealed class ApiHandler(
    KubeApiServerOptions server,
    ObjectStore store,
    Faults faults,
    Authentication authentication,
    RequestLog log
)
{
    private readonly Discovery _discovery = new(server.Version);
    private readonly SelfReviewEndpoint _reviews = new(server);
    private readonly ListEndpoint _lists = new(store, faults, server);
    private readonly WatchEndpoint _watches = new(store, faults, server);
    private readonly ObjectEndpoint _objects = new(
        store,
        new Kubelet(store, server.PodShutdown, server.Time)
    );

    public async Task HandleAsync(HttpContext context)
    {
        if (server.ClockOffset != TimeSpan.Zero)
        {
            var told = server.Time.GetUtcNow() + server.ClockOffset;
            context.Response.Headers.Date = told.ToString("R", CultureInfo.InvariantCulture);
        }

        try
        {
            await DispatchAsync(context);
        }
        catch (StoreException error) when (!context.Response.HasStarted)
        {
            await Responses.FailAsync(context, Failure.Of(error));
        }
        catch (FailureException error) when (!context.Response.HasStarted)
        {
            await Responses.FailAsync(context, error.Failure);
        }
        catch (Exception error)
            when (error is OperationCanceledException or IOException
                && context.RequestAborted.IsCancellationRequested
            )
        {
            // The client, or a test, went away.
        }
    }

    private async Task DispatchAsync(HttpContext context)
    {
        var path = ApiPath.Parse(context.Request.Path.Value ?? "");
        if (authentication.UserOf(context) is not { } user)
        {
            await Responses.FailAsync(context, Failure.Of(401, "", "", ""));
            return;
        }

        if (await _reviews.TryServeAsync(context, user))
        {
            return;
        }

        if (PodPath.Parse(context.Request.Path.Value ?? "") is { } way)
        {
            await EnterPodAsync(context, user, way);
            return;
        }

        if (path is null)
        {
            if (!await _discovery.TryServeAsync(context))
            {
                await Responses.FailAsync(
                    context,
                    new Failure(404, "NotFound", "the server could not find the requested resource")
                );
            }

            return;
        }

        var verb = Verb(context, path);
        log.Add(context, path, verb);
        var rule = faults.Take(path.Type.Plural, verb);
        if (rule is not null && !(rule.InBand && verb == "watch"))
        {
            var failure = Failure.Of(rule.Code, user, verb, path.Type.Plural);
            await Responses.FailAsync(context, failure, rule.RetryAfter);
            return;
        }

        Authorize(user, verb, path);
        var inBand = rule is null ? null : Failure.Of(rule.Code, user, verb, path.Type.Plural);
        await ServeAsync(context, path, verb, inBand);
    }

    private async Task EnterPodAsync(HttpContext context, string user, PodPath way)
    {
        var pods = ResourceTable.Named("pods");
        var resource = way.Rest is null ? "pods/portforward" : "pods/proxy";
        Authorize(new AccessRequest(user, "get", pods.Group, resource, way.Namespace, way.Name), resource);
        if (store.Find(pods, way.Namespace, way.Name) is null || server.DialPod is not { } dial)
        {
            throw new FailureException(new Failure(404, "NotFound", $"pods \"{way.Name}\" not found"));
        }

        var streams = new PodStreams(dial);
        await (way.Rest is null ? streams.ForwardAsync(context, way) : streams.ProxyAsync(context, way));
    }

    private void Authorize(string user, string verb, ApiPath path) =>
        Authorize(
            new AccessRequest(user, verb, path.Type.Group, path.Type.Plural, path.Namespace, path.Name),
            path.Type.QualifiedName
        );

    private void Authorize(AccessRequest request, string name)
    {
        var (user, verb) = (request.User, request.Verb);
        if (user != Authentication.Anonymous && server.Authorize?.Invoke(request) != false)
        {
            return;
        }

        var where =
            request.Namespace.Length > 0
                ? $"in the namespace \"{request.Namespace}\""
                : "at the cluster scope";
        throw new FailureException(
            new Failure(
                403,
                "Forbidden",
                $"{name} is forbidden: User \"{user}\" cannot {verb} resource \"{request.Resource}\" in API group \"{request.Group}\" {where}"
            )
        );
    }

    private async Task ServeAsync(HttpContext context, ApiPath path, string verb, Failure? inBand)
    {
        if (verb is "list" or "watch" or "get")
        {
            var form =
                Accepted.Choose(context.Request.Headers.Accept.ToString(), verb == "list")
                ?? throw new FailureException(
                    new Failure(
                        406,
                        "NotAcceptable",
                        "only the following media types are accepted: application/json"
                    )
                );
            if (verb == "get")
            {
                await UntilThawedAsync(context);
                await _objects.GetAsync(context, path, form);
                return;
            }

            var options = ListOptions.Parse(context.Request.Query, path, server.Version);
            await (
                verb == "watch"
                    ? _watches.ServeAsync(context, path, options, form, inBand)
                    : WithinTimeAsync(context, () => _lists.ServeAsync(context, path, options, form))
            );
            return;
        }

        await UntilThawedAsync(context);
        await (
            verb switch
            {
                "create" => _objects.CreateAsync(context, path),
                "update" => _objects.ReplaceAsync(context, path),
                "patch" => _objects.PatchAsync(context, path),
                "delete" when path.Name.Length > 0 => _objects.DeleteAsync(context, path),
                _ => throw new StoreException(
                    405,
                    "MethodNotAllowed",
                    "the server does not allow this method on the requested resource"
                ),
            }
        );
    }

    private Task UntilThawedAsync(HttpContext context) =>
        WithinTimeAsync(context, () => faults.Thawed().WaitAsync(context.RequestAborted));

    /// <summary>What takes too long before its answer begins is answered 504.</summary>
    private async Task WithinTimeAsync(HttpContext context, Func<Task> serve)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        var client = context.RequestAborted;
        context.RequestAborted = stop.Token;
        stop.CancelAfter(server.RequestTimeout);
        try
        {
            await serve();
        }
        catch (OperationCanceledException)
            when (!client.IsCancellationRequested && !context.Response.HasStarted)
        {
            throw new FailureException(
                new Failure(
                    504,
                    "ServerTimeout",
                    "Timeout: request did not complete within requested timeout - context deadline exceeded"
                )
            );
        }
        finally
        {
            context.RequestAborted = client;
        }
    }

    private static string Verb(HttpContext context, ApiPath path)
    {
        var watch = context.Request.Query["watch"].ToString();
        return context.Request.Method switch
        {
            "GET" when path.Name.Length > 0 => "get",
            "GET" when watch is "1" or "true" or "True" or "t" => "watch",
            "GET" => "list",
            "POST" => "create",
            "PUT" => "update",
            "PATCH" => "patch",
            "DELETE" => "delete",
            _ => "unknown",
        };
    }
}
