using System.Net;
using System.Net.NetworkInformation;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using NetMon.Agent.Api;
using NetMon.Agent.Options;
using NetMon.Agent.Tests.Records;
using NetMon.Core.Metrics;
using NetMon.Kubernetes.Client;

namespace NetMon.Agent.Tests.Api.Access;

/// <summary>A real server with a route of each kind, behind a guard.</summary>
internal sealed class GuardedServer : IAsyncDisposable
{
    public static readonly Uri Open = new("/metrics", UriKind.Relative);
    public static readonly Uri Read = new("/api/v1/flows", UriKind.Relative);
    public static readonly Uri Admin = new("/api/v1/config", UriKind.Relative);
    public static readonly Uri Stream = new("/stream", UriKind.Relative);

    private readonly ApiServer _server;
    private readonly List<HttpClient> _clients = [];

    private GuardedServer(ApiServer server, ApiGuard guard)
    {
        _server = server;
        Guard = guard;
        guard.Register(Registry);
    }

    public ApiGuard Guard { get; }

    public MetricRegistry Registry { get; } = new();

    public IPEndPoint Address => _server.Address;

    public static async Task<GuardedServer> StartAsync(
        Action<ApiOptions>? configure = null,
        AccessReviews? reviews = null,
        string directory = "",
        IPAddress? listen = null
    )
    {
        var options = new ApiOptions();
        configure?.Invoke(options);
        var guard = NewGuard(options, reviews);
        var routes = new RouteTable(
            [
                new(Open.OriginalString, Answer, RouteAccess.Open),
                new(Read.OriginalString, Answer),
                new(Admin.OriginalString, Answer, RouteAccess.Admin, "POST"),
                new(Stream.OriginalString, StreamAsync, IsStream: true),
            ],
            guard,
            NullLogger<RouteTable>.Instance
        );
        var server = await ApiServer.StartAsync(
            new IPEndPoint(listen ?? IPAddress.Loopback, 0),
            directory,
            guard,
            routes,
            NullLoggerFactory.Instance
        );
        return new GuardedServer(server, guard);
    }

    /// <summary>How often something was refused, once it was so often: some is counted only after the answer.</summary>
    public async Task<long> RefusedAsync(string reason, long expected)
    {
        var patience = DateTime.UtcNow.AddSeconds(30);
        while (Guard.Refusals.Read(reason) < expected && DateTime.UtcNow < patience)
        {
            await Task.Delay(2);
        }

        return Guard.Refusals.Read(reason);
    }

    /// <summary>Waits until it has taken in so many connections: one that the kernel has made may still be on its way to it.</summary>
    public async Task HasConnectionsAsync(int count)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (PipelineUnderTest.Samples(Registry, Instruments.ApiConnections.Name)[""] != count)
        {
            await Task.Delay(2, patience.Token);
        }
    }

    public static ApiGuard NewGuard(ApiOptions? options = null, AccessReviews? reviews = null) =>
        new(options ?? new ApiOptions(), reviews, NullLoggerFactory.Instance, TimeProvider.System);

    /// <param name="from">The client's own address; null: as it comes.</param>
    /// <param name="tls">Whether it speaks TLS; the server's certificate is taken as it is.</param>
    /// <param name="certificate">What it shows.</param>
    /// <param name="to">Where the server is asked; null: at loopback.</param>
    public HttpClient Client(
        IPAddress? from = null,
        bool tls = false,
        X509Certificate2? certificate = null,
        IPAddress? to = null,
        Action<X509Certificate2>? seen = null
    )
    {
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (context, cancellation) =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                if (from is not null)
                {
                    socket.Bind(new IPEndPoint(from, 0));
                }

                await socket.ConnectAsync(context.DnsEndPoint, cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, shown, _, _) =>
                {
                    seen?.Invoke((X509Certificate2)shown!);
                    return shown is not null;
                },
                ClientCertificates = certificate is null ? null : [certificate],
            },
        };
        var client = new HttpClient(handler)
        {
            BaseAddress = new Uri($"{(tls ? "https" : "http")}://{to ?? IPAddress.Loopback}:{Address.Port}"),
        };
        _clients.Add(client);
        return client;
    }

    /// <summary>An address of this machine that is not loopback: who comes from it to a loopback address looks as if from another machine.</summary>
    public static IPAddress? ForeignAddress() =>
        NetworkInterface
            .GetAllNetworkInterfaces()
            .Where(each =>
                each.OperationalStatus == OperationalStatus.Up
                && each.NetworkInterfaceType != NetworkInterfaceType.Loopback
            )
            .SelectMany(each => each.GetIPProperties().UnicastAddresses)
            .Select(each => each.Address)
            .FirstOrDefault(address =>
                address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address)
            );

    public async ValueTask DisposeAsync()
    {
        _clients.ForEach(client => client.Dispose());
        await _server.StopAsync(TimeSpan.FromSeconds(1));
        await _server.DisposeAsync();
    }

    private static async Task Answer(HttpContext context)
    {
        await context.Request.Body.CopyToAsync(System.IO.Stream.Null);
        await context.Response.WriteAsync("ok");
    }

    private static async Task StreamAsync(HttpContext context)
    {
        await context.Response.StartAsync();
        await context.Response.Body.FlushAsync();
        if (context.Request.Query.ContainsKey("endless"))
        {
            var text = new byte[32 * 1024];
            while (true)
            {
                await context.Response.Body.WriteAsync(text, context.RequestAborted);
            }
        }

        await Task.Delay(Timeout.Infinite, context.RequestAborted);
    }
}
