using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using NetMon.Agent.Api;
using NetMon.Agent.Metrics;
using NetMon.Agent.Options;
using NetMon.Agent.Tests.Api.Access;
using NetMon.Core.Metrics;

namespace NetMon.Agent.Tests.Monitoring;

/// <summary>The metrics of an agent at the real endpoint: those of flows are real and grow all the time, the others have made-up values.</summary>
internal sealed class ScrapedAgent : IAsyncDisposable
{
    private readonly MetricRegistry _registry = new();
    private readonly MetricsEndpoint _endpoint;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _traffic;
    private long _steps;
    private ApiServer? _server;

    private ScrapedAgent()
    {
        var metrics = new FlowMetrics(_registry, new MetricsOptions());
        ProcessMetrics.Register(_registry, TimeProvider.System);
        foreach (var instrument in Instruments.All.Where(one => !IsRegistered(one)))
        {
            _registry.Observe(
                instrument,
                (ref MetricSamples samples) =>
                    samples.Add(
                        Volatile.Read(ref _steps),
                        [.. instrument.Labels.Select(label => $"any-{label}")]
                    )
            );
        }

        _endpoint = new MetricsEndpoint(_registry);
        _traffic = RunAsync(new ClusterTraffic(metrics), metrics);
    }

    /// <summary>Where it is to be scraped.</summary>
    public string Address => _server!.Address.ToString();

    public static async Task<ScrapedAgent> StartAsync()
    {
        var agent = new ScrapedAgent();
        var guard = GuardedServer.NewGuard();
        agent._server = await ApiServer.StartAsync(
            new IPEndPoint(IPAddress.Loopback, 0),
            directory: "",
            guard,
            new RouteTable(
                [new Route("/metrics", agent._endpoint.HandleAsync)],
                guard,
                NullLogger<RouteTable>.Instance
            ),
            NullLoggerFactory.Instance
        );
        return agent;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _traffic;
        await _server!.StopAsync(TimeSpan.FromSeconds(1));
        await _server.DisposeAsync();
        _stop.Dispose();
    }

    private async Task RunAsync(ClusterTraffic traffic, FlowMetrics metrics)
    {
        while (!_stop.IsCancellationRequested)
        {
            traffic.Step();
            metrics.Processed(12_345);
            Interlocked.Increment(ref _steps);
            await Task.Delay(50, CancellationToken.None);
        }
    }

    private bool IsRegistered(Instrument instrument) =>
        _registry.Families.Any(family =>
            string.Equals(family.Instrument.Name, instrument.Name, StringComparison.Ordinal)
        );
}
