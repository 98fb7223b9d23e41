using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using NetMon.Agent.Api.Limits;
using NetMon.Agent.Logging;
using KestrelOptions = Microsoft.Extensions.Options.Options;

namespace NetMon.Agent.Api;

/// <summary>The HTTP server: Kestrel, without a host around it, and with limits on all that a client can make it hold.</summary>
/// <remarks>A host would add a container, configuration and, above all, its own reaction to SIGTERM: it would stop serving before the drain.</remarks>
internal sealed class ApiServer : IAsyncDisposable
{
    private const int MaxHeaders = 64;

    // A reader that is slower is cut off: a response under way holds memory, and may hold one of a few places.
    private static readonly MinDataRate SlowestReader = new(
        bytesPerSecond: 16 * 1024,
        TimeSpan.FromSeconds(10)
    );

    private readonly KestrelServer _server;
    private readonly ApiSocketFile? _socket;

    private ApiServer(KestrelServer server, IPEndPoint address, ApiSocketFile? socket)
    {
        _server = server;
        _socket = socket;
        Address = address;
    }

    /// <summary>Where it listens, with the port that was chosen.</summary>
    public IPEndPoint Address { get; }

    /// <summary>The Unix socket that it listens on, too; null if there is none.</summary>
    public string? SocketPath => _socket?.Path;

    /// <param name="listen">The address of the network.</param>
    /// <param name="directory">Where the Unix socket is to be; empty: there is none. It is no error where it cannot be made.</param>
    /// <param name="guard">What stands before the routes.</param>
    /// <param name="routes">What it answers.</param>
    /// <param name="loggers">Its log.</param>
    /// <exception cref="StartException">The address cannot be listened on.</exception>
    public static async Task<ApiServer> StartAsync(
        IPEndPoint listen,
        string directory,
        ApiGuard guard,
        RouteTable routes,
        ILoggerFactory loggers
    )
    {
        var socket = PrepareSocket(directory, loggers);
        var transport = new SocketTransportFactory(
            KestrelOptions.Create(
                new SocketTransportOptions
                {
                    CreateBoundListenSocket = endpoint =>
                        socket is not null && endpoint is UnixDomainSocketEndPoint
                            ? socket.Bind()
                            : SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint),
                }
            ),
            loggers
        );
        using var counting = new ServerRefusals(loggers, guard.Refusals);
        var server = new KestrelServer(
            KestrelOptions.Create(Configure(listen, socket, guard)),
            transport,
            counting
        );
        try
        {
            await server.StartAsync(new Application(routes), CancellationToken.None);
            socket?.Publish();
        }
        catch (Exception error) when (error is IOException or SocketException)
        {
            server.Dispose();
            socket?.Remove();
            var reason =
                error.InnerException is AddressInUseException ? "another program uses it" : error.Message;
            throw new StartException($"cannot listen on {listen}: {reason}", error);
        }

        return new ApiServer(server, BoundAddress(server, listen), socket);
    }

    /// <summary>Takes no more requests, and lets those under way end.</summary>
    /// <param name="patience">Those that take longer are cut off.</param>
    public async Task StopAsync(TimeSpan patience)
    {
        using var deadline = new CancellationTokenSource(patience);
        await _server.StopAsync(deadline.Token);
        _socket?.Remove();
    }

    public ValueTask DisposeAsync()
    {
        _server.Dispose();
        return ValueTask.CompletedTask;
    }

    private static ApiSocketFile? PrepareSocket(string directory, ILoggerFactory loggers)
    {
        if (directory.Length == 0)
        {
            return null;
        }

        var socket = ApiSocketFile.Prepare(directory, out var reason);
        if (socket is null)
        {
            AgentLog.SocketMissing(loggers.CreateLogger<ApiServer>(), reason);
        }

        return socket;
    }

    private static KestrelServerOptions Configure(IPEndPoint listen, ApiSocketFile? socket, ApiGuard guard)
    {
        var options = new KestrelServerOptions { AddServerHeader = false };
        var limits = guard.Limits;
        options.Limits.MaxRequestLineSize = limits.RequestLineBytes;
        options.Limits.MaxRequestHeadersTotalSize = limits.HeaderBytes;
        options.Limits.MaxRequestHeaderCount = MaxHeaders;
        options.Limits.MaxRequestBodySize = limits.BodyBytes;
        options.Limits.RequestHeadersTimeout = limits.RequestTimeout;
        options.Limits.KeepAliveTimeout = limits.IdleTimeout;
        options.Limits.MinResponseDataRate = SlowestReader;
        options.Listen(listen, endpoint => Configure(endpoint, guard, ApiListenerFeature.Network));
        if (socket is not null)
        {
            options.Listen(
                socket.EndPoint,
                endpoint => Configure(endpoint, guard, ApiListenerFeature.Socket)
            );
        }

        return options;
    }

    private static void Configure(ListenOptions endpoint, ApiGuard guard, ApiListenerFeature listener)
    {
        endpoint.Protocols = HttpProtocols.Http1;
        endpoint.Use(next => connection => guard.RunAsync(connection, listener, next));
    }

    private static IPEndPoint BoundAddress(KestrelServer server, IPEndPoint listen)
    {
        foreach (var address in server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [])
        {
            if (!address.StartsWith("http://unix:", StringComparison.Ordinal))
            {
                return new IPEndPoint(listen.Address, new Uri(address).Port);
            }
        }

        return listen;
    }

    private sealed class Application(RouteTable routes) : IHttpApplication<HttpContext>
    {
        public HttpContext CreateContext(IFeatureCollection contextFeatures) =>
            new DefaultHttpContext(contextFeatures);

        public Task ProcessRequestAsync(HttpContext context) => routes.HandleAsync(context);

        public void DisposeContext(HttpContext context, Exception? exception) { }
    }
}
