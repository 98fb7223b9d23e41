using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using NetMon.Client;

namespace NetMon.Tests.Terminal;

/// <summary>An agent's API over real HTTP, whose answers a test decides.</summary>
internal sealed class FakeAgent : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FakeAgent(WebApplication app) => _app = app;

    /// <summary>Where no agent listens, whatever port other tests are given meanwhile.</summary>
    public static ServerAddress Nobody { get; } =
        ServerAddress.TryParse("127.0.0.1:1", out var address)
            ? address
            : throw new InvalidOperationException();

    public ServerAddress Address { get; private set; } = ServerAddress.Default;

    /// <summary>Path and query of every request so far.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Answers a list.</summary>
    public Func<HttpContext, Task> List { get; set; } =
        context => context.Response.WriteAsync(FlowText.List());

    /// <summary>Answers a followed stream; its end is the stream's end.</summary>
    public Func<HttpContext, Task> Follow { get; set; } = _ => Task.CompletedTask;

    /// <param name="port">0: any that is free.</param>
    public static Task<FakeAgent> StartAsync(int port = 0) =>
        StartAsync(
            kestrel =>
                kestrel.Listen(IPAddress.Loopback, port, listen => listen.Protocols = HttpProtocols.Http1),
            url => $"127.0.0.1:{new Uri(url).Port}"
        );

    public static Task<FakeAgent> StartAsync(string socketPath) =>
        StartAsync(kestrel => kestrel.ListenUnixSocket(socketPath), _ => $"unix:{socketPath}");

    private static async Task<FakeAgent> StartAsync(
        Action<KestrelServerOptions> listen,
        Func<string, string> address
    )
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(listen);
        builder.WebHost.UseShutdownTimeout(TimeSpan.FromMilliseconds(100));
        var app = builder.Build();
        var agent = new FakeAgent(app);
        app.Run(agent.AnswerAsync);
        await app.StartAsync();
        Assert.True(ServerAddress.TryParse(address(app.Urls.First()), out var parsed));
        agent.Address = parsed;
        return agent;
    }

    /// <summary>Waits for the first request, for a minute at least.</summary>
    public async Task WaitForRequestAsync()
    {
        for (var i = 0; i < 6000 && Requests.IsEmpty; i++)
        {
            await Task.Delay(10);
        }

        Assert.NotEmpty(Requests);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        Requests.Enqueue(context.Request.Path + context.Request.QueryString);
        if (
            !context.Request.Path.StartsWithSegments("/api/v1", StringComparison.Ordinal)
            && context.Request.Path.Value is not ("/metrics" or "/readyz")
        )
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        var follow = context.Request.Query["follow"] == "true";
        context.Response.ContentType = follow ? "application/x-ndjson" : "application/json";
        try
        {
            await (follow ? Follow(context) : List(context));
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client left.
        }
    }
}

internal static class HttpContextExtensions
{
    /// <summary>Sends text now, not when the buffer is full.</summary>
    public static async Task SendAsync(this HttpContext context, string text)
    {
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }

    /// <summary>Leaves the stream open until the client leaves.</summary>
    public static Task StayAsync(this HttpContext context) =>
        Task.Delay(Timeout.Infinite, context.RequestAborted);
}
