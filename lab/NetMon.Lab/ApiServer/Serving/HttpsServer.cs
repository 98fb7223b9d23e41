using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace NetMon.Lab.ApiServer.Serving;

/// <summary>One run of the web server: Kestrel with HTTP/1.1 and HTTP/2 over TLS, or plain HTTP/1.1.</summary>
internal sealed class HttpsServer : IAsyncDisposable
{
    private readonly ConcurrentDictionary<ConnectionContext, bool> _connections = new();
    private readonly ConcurrentBag<Socket> _listeners = [];
    private readonly Func<EndPoint, Socket> _bind;
    private readonly WebApplication _application;

    private HttpsServer(
        IReadOnlyList<IPEndPoint> listen,
        Func<EndPoint, Socket> bind,
        X509Certificate2? certificate,
        RequestDelegate handle
    )
    {
        _bind = bind;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        // The default lifetime takes SIGINT and SIGTERM away from the process that this is a part of.
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.Configure<SocketTransportOptions>(options => options.CreateBoundListenSocket = Bind);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(options => Configure(options, listen, certificate));
        _application = builder.Build();
        _application.UseWebSockets();
        _application.Run(handle);
    }

    /// <summary>Where it listens, with the ports that were chosen.</summary>
    public IReadOnlyList<IPEndPoint> Addresses { get; private set; } = [];

    /// <param name="certificate">Null: plain HTTP.</param>
    public static async Task<HttpsServer> StartAsync(
        IReadOnlyList<IPEndPoint> listen,
        Func<EndPoint, Socket>? bind,
        X509Certificate2? certificate,
        RequestDelegate handle
    )
    {
        var server = new HttpsServer(
            listen,
            bind ?? SocketTransportOptions.CreateDefaultBoundListenSocket,
            certificate,
            handle
        );
        await server._application.StartAsync();
        server.Addresses =
        [
            .. server
                ._application.Urls.Select(url => new Uri(url))
                .Select(url => new IPEndPoint(IPAddress.Parse(url.Host.Trim('[', ']')), url.Port)),
        ];
        return server;
    }

    /// <summary>Ends as a process does that is killed: nothing listens, connections are reset, nobody is told.</summary>
    public async Task KillAsync()
    {
        StopListening();
        foreach (var connection in _connections.Keys)
        {
            connection.Abort();
        }

        await _application.StopAsync(new CancellationToken(canceled: true));
    }

    /// <summary>Takes no more connections, lets requests under way go on, and then cuts them off.</summary>
    public async Task StopAsync(TimeSpan patience)
    {
        using var deadline = new CancellationTokenSource(patience);
        await _application.StopAsync(deadline.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        await _application.DisposeAsync();
    }

    private void StopListening()
    {
        foreach (var listener in _listeners)
        {
            listener.Dispose();
        }
    }

    private Socket Bind(EndPoint endpoint)
    {
        var socket = _bind(endpoint);
        _listeners.Add(socket);
        return socket;
    }

    private void Configure(
        KestrelServerOptions options,
        IReadOnlyList<IPEndPoint> listen,
        X509Certificate2? certificate
    )
    {
        options.AddServerHeader = false;
        options.Limits.MaxRequestBodySize = 256 * 1024 * 1024;
        // A slow reader is a thing that tests want to be.
        options.Limits.MinResponseDataRate = null;
        options.Limits.Http2.MaxStreamsPerConnection = 250;
        foreach (var address in listen)
        {
            options.Listen(
                address,
                endpoint =>
                {
                    endpoint.Protocols = certificate is null
                        ? HttpProtocols.Http1
                        : HttpProtocols.Http1AndHttp2;
                    endpoint.Use(next => connection => TrackAsync(next, connection));
                    if (certificate is not null)
                    {
                        endpoint.UseHttps(https => Configure(https, certificate));
                    }
                }
            );
        }
    }

    private static void Configure(HttpsConnectionAdapterOptions https, X509Certificate2 certificate)
    {
        https.ServerCertificate = certificate;
        https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
        // Any may come; a request with one that is not valid is answered 401, as kube-apiserver does.
        https.ClientCertificateValidation = (_, _, _) => true;
    }

    private async Task TrackAsync(ConnectionDelegate next, ConnectionContext connection)
    {
        _connections.TryAdd(connection, true);
        try
        {
            await next(connection);
        }
        finally
        {
            _connections.TryRemove(connection, out _);
        }
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
