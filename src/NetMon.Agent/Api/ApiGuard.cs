using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using NetMon.Agent.Api.Access;
using NetMon.Agent.Api.Limits;
using NetMon.Agent.Api.Tls;
using NetMon.Agent.Options;
using NetMon.Core.Metrics;
using NetMon.Kubernetes.Client;

namespace NetMon.Agent.Api;

/// <summary>What stands before the routes: TLS, who may ask, and how much.</summary>
internal sealed class ApiGuard
{
    /// <summary>Time after which an answer is broken off whose reader takes nothing.</summary>
    public static readonly TimeSpan StalledAnswer = TimeSpan.FromSeconds(15);

    private readonly ConnectionLimiter _connections;
    private readonly TlsServer? _tls;

    private ApiGuard(ApiGuard other)
    {
        (Limits, Access, Streams, Refusals) = (other.Limits, other.Access, other.Streams, other.Refusals);
        _connections = other._connections;
    }

    /// <param name="options">Settings.</param>
    /// <param name="reviews">Asks the cluster who has a token; null: nobody does.</param>
    /// <param name="loggers">Gets what is wrong with files.</param>
    /// <param name="time">Its clock.</param>
    /// <exception cref="StartException">The settings contradict each other, or a file is wrong.</exception>
    public ApiGuard(ApiOptions options, AccessReviews? reviews, ILoggerFactory loggers, TimeProvider time)
    {
        var logger = loggers.CreateLogger<ApiGuard>();
        var limits = options.Limits;
        Limits = limits;
        Access = new AccessControl(options, reviews, logger, time);
        Streams = new StreamPlaces(limits.Streams, limits.StreamsPerClient);
        _connections = new ConnectionLimiter(limits.Connections, limits.ConnectionsPerClient, Refusals);
        _tls = TlsServer.Create(options, Refusals, logger, time);
    }

    public ApiLimitOptions Limits { get; }

    public AccessControl Access { get; }

    public StreamPlaces Streams { get; }

    public Refusals Refusals { get; } = new();

    public bool HasTls => _tls is not null;

    /// <summary>The same for an address where metrics and health are all there is: without TLS.</summary>
    public ApiGuard ForMetrics() => new(this);

    public void Register(MetricRegistry registry)
    {
        registry.Observe(Instruments.ApiRefused, Refusals.Write);
        registry.Observe(Instruments.ApiConnections, () => (long)_connections.Count);
        registry.Observe(
            Instruments.TlsCertificateExpiry,
            (ref MetricSamples samples) =>
            {
                if (_tls is { } tls)
                {
                    samples.Add(tls.Expiry.ToUnixTimeSeconds());
                }
            }
        );
    }

    /// <summary>Passes a new connection on, if there is a place for it.</summary>
    public async Task RunAsync(
        ConnectionContext connection,
        ApiListenerFeature listener,
        ConnectionDelegate next
    )
    {
        connection.Features.Set(listener);
        var client = Peer.ClientOf(connection.RemoteEndPoint);
        if (_connections.Enter(connection, client) is not { } entry)
        {
            connection.Abort();
            return;
        }

        try
        {
            connection.Features.Set(entry);
            await (
                _tls is { } tls && listener.Listener == ApiListener.Network
                    ? tls.RunAsync(connection, next)
                    : next(connection)
            );
        }
        finally
        {
            _connections.Leave(entry);
        }
    }
}
