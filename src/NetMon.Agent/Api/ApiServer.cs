using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace NetMon.Agent.Api;

/// <summary>The HTTP server: Kestrel and nothing else of ASP.NET, with limits on all that a client can make it hold.</summary>
internal sealed class ApiServer : IAsyncDisposable
{
    private const int MaxConnections = 128;
    private const int MaxRequestLineBytes = 8 * 1024;
    private const int MaxHeaderBytes = 16 * 1024;
    private const int MaxHeaders = 64;
    private const int MaxBodyBytes = 1024;
    private static readonly TimeSpan HeadersTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan KeepAliveTimeout = TimeSpan.FromMinutes(2);

    // A reader that is slower is cut off: a response under way holds memory, and may hold one of a few places.
    private static readonly MinDataRate SlowestReader = new(
        bytesPerSecond: 16 * 1024,
        TimeSpan.FromSeconds(10)
    );

    private readonly WebApplication _application;

    private ApiServer(WebApplication application, IPEndPoint address)
    {
        _application = application;
        Address = address;
    }

    /// <summary>Where it listens, with the port that was chosen.</summary>
    public IPEndPoint Address { get; }

    /// <exception cref="StartException">The address cannot be listened on.</exception>
    public static async Task<ApiServer> StartAsync(
        IPEndPoint listen,
        RouteTable routes,
        ILoggerFactory loggers
    )
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(loggers);
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(options =>
        {
            options.AddServerHeader = false;
            options.Limits.MaxConcurrentConnections = MaxConnections;
            options.Limits.MaxRequestLineSize = MaxRequestLineBytes;
            options.Limits.MaxRequestHeadersTotalSize = MaxHeaderBytes;
            options.Limits.MaxRequestHeaderCount = MaxHeaders;
            options.Limits.MaxRequestBodySize = MaxBodyBytes;
            options.Limits.RequestHeadersTimeout = HeadersTimeout;
            options.Limits.KeepAliveTimeout = KeepAliveTimeout;
            options.Limits.MinResponseDataRate = SlowestReader;
            options.Listen(listen, endpoint => endpoint.Protocols = HttpProtocols.Http1);
        });
        var application = builder.Build();
        application.Run(routes.HandleAsync);
        try
        {
            await application.StartAsync();
        }
        catch (Exception error) when (error is IOException or System.Net.Sockets.SocketException)
        {
            await application.DisposeAsync();
            var reason =
                error.InnerException is AddressInUseException ? "another program uses it" : error.Message;
            throw new StartException($"cannot listen on {listen}: {reason}", error);
        }

        return new ApiServer(application, BoundAddress(application, listen));
    }

    /// <summary>Takes no more requests, and lets those under way end.</summary>
    /// <param name="patience">Those that take longer are cut off.</param>
    public async Task StopAsync(TimeSpan patience)
    {
        using var deadline = new CancellationTokenSource(patience);
        await _application.StopAsync(deadline.Token);
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private static IPEndPoint BoundAddress(WebApplication application, IPEndPoint listen)
    {
        var addresses = application
            .Services.GetRequiredService<IServer>()
            .Features.Get<IServerAddressesFeature>();
        foreach (var address in addresses?.Addresses ?? [])
        {
            return new IPEndPoint(listen.Address, new Uri(address).Port);
        }

        return listen;
    }
}
