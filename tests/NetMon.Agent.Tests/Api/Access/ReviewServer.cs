using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using NetMon.Kubernetes.Client;

namespace NetMon.Agent.Tests.Api.Access;

/// <summary>The two reviews of an API server: it knows some tokens, and what their owners may ask for.</summary>
internal sealed class ReviewServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string _kubeconfig;

    private ReviewServer(WebApplication app, string kubeconfig) => (_app, _kubeconfig) = (app, kubeconfig);

    /// <summary>User by token.</summary>
    public Dictionary<string, string> Users { get; } = new(StringComparer.Ordinal);

    /// <summary><c>user verb path</c>.</summary>
    public HashSet<string> Allowed { get; } = new(StringComparer.Ordinal);

    /// <summary>Bodies of the requests so far.</summary>
    public ConcurrentQueue<JsonNode> Requests { get; } = new();

    public int Status { get; set; } = StatusCodes.Status201Created;

    public static async Task<ReviewServer> StartAsync(string directory)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var kubeconfig = Path.Combine(directory, "kubeconfig");
        var server = new ReviewServer(app, kubeconfig);
        app.MapPost("/apis/authentication.k8s.io/v1/tokenreviews", server.ReviewTokenAsync);
        app.MapPost("/apis/authorization.k8s.io/v1/subjectaccessreviews", server.ReviewAccessAsync);
        await app.StartAsync();
        await File.WriteAllTextAsync(
            kubeconfig,
            $$"""
            apiVersion: v1
            kind: Config
            clusters: [{name: c, cluster: {server: "{{app.Urls.First()}}"} }]
            users: [{name: u, user: {token: agents-own-token} }]
            contexts: [{name: x, context: {cluster: c, user: u} }]
            current-context: x
            """
        );
        return server;
    }

    public AccessReviews Open() =>
        new(
            ClusterConfiguration.Find(
                new ClusterChoice
                {
                    Kubeconfig = _kubeconfig,
                    IsRequired = true,
                    Time = TimeProvider.System,
                }
            )!,
            NullLogger.Instance,
            TimeProvider.System
        );

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private async Task ReviewTokenAsync(HttpContext context)
    {
        var spec = await ReadAsync(context, "authentication.k8s.io/v1", "TokenReview");
        var known = Users.TryGetValue((string)spec["token"]!, out var user);
        var status = known
            ? new JsonObject
            {
                ["authenticated"] = true,
                ["user"] = new JsonObject
                {
                    ["username"] = user,
                    ["uid"] = "uid-1",
                    ["groups"] = new JsonArray("system:authenticated"),
                    ["extra"] = new JsonObject { ["example.org/pod"] = new JsonArray("pod-1") },
                },
            }
            : new JsonObject { ["authenticated"] = false, ["error"] = "unknown" };
        await AnswerAsync(context, status);
    }

    private async Task ReviewAccessAsync(HttpContext context)
    {
        var spec = await ReadAsync(context, "authorization.k8s.io/v1", "SubjectAccessReview");
        var about = spec["nonResourceAttributes"]!;
        var allowed = Allowed.Contains($"{spec["user"]} {about["verb"]} {about["path"]}");
        await AnswerAsync(context, new JsonObject { ["allowed"] = allowed });
    }

    private async Task<JsonNode> ReadAsync(HttpContext context, string version, string kind)
    {
        Assert.Equal("Bearer agents-own-token", context.Request.Headers.Authorization.ToString());
        var body = (await JsonNode.ParseAsync(context.Request.Body))!;
        Requests.Enqueue(body);
        Assert.Equal(version, (string)body["apiVersion"]!);
        Assert.Equal(kind, (string)body["kind"]!);
        return body["spec"]!;
    }

    private async Task AnswerAsync(HttpContext context, JsonObject status)
    {
        context.Response.StatusCode = Status;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(new JsonObject { ["status"] = status }.ToJsonString());
    }
}
