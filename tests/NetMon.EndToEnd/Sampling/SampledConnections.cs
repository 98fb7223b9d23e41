using System.Net.Sockets;
using NetMon.Testing.Lab;
using NetMon.Testing.Lab.Connections;
using Xunit.Abstractions;

namespace NetMon.EndToEnd.Sampling;

/// <summary>One connection of N is counted; the figures are those of all of them, within the bound of docs/sampling.md.</summary>
public sealed class SampledConnections(ITestOutputHelper output)
{
    /// <summary>One estimation of two million is farther off: which ports the clients get is chance.</summary>
    private const double Deviations = 5;
    private const double Rate = 2_000;

    private static readonly (string, string) Once = ("direction", "egress");
    private static readonly TimeSpan Phase = TimeSpan.FromSeconds(3);

    [SkippableFact]
    public void Scaled_figures_are_within_the_bound_also_where_the_rate_changes_meanwhile()
    {
        LabRequirements.SkipIfMissing();
        using var settings = new AgentSettings();
        using var link = new BareLink();
        using var server = new ConnectionServer(link.Far, firstPort: 5000, ports: 4);
        using var agent = AgentProcess.Start(
            link.Near,
            "--sampling-rate",
            "8",
            "--interval",
            "500ms",
            "--state-dir",
            settings.StateDirectory
        );

        var before = link.NearInterface.ReadCounters();
        var first = ConnectionLoad.Run(link.Near, Plan(Phase)).Completed;
        settings.Set("capture.sampling_rate", "2");
        var second = ConnectionLoad.Run(link.Near, Plan(Phase)).Completed;

        // All connections are alike, so that each figure has the bound of their number.
        var all = first + second;
        var bound = Deviations * Math.Sqrt((7.0 * first) + second) / all;
        var (packets, bytes, metrics) = (0L, 0L, agent.ReadMetrics());

        // The last packets are still on their way when the client is done, and a flow's last ones come with its next record.
        Wait.TryUntil(
            () =>
            {
                var passed = link.NearInterface.ReadCounters() - before;
                packets = passed.Sent.Packets + passed.Received.Packets;
                bytes = passed.Sent.IpBytes + passed.Received.IpBytes;
                metrics = agent.ReadMetrics();
                return Seen(metrics) == packets
                    && Of(metrics, "netmon_packets_total")
                        == metrics.Sum("netmon_sampling_estimated_packets_total");
            },
            Wait.Patience,
            TimeSpan.FromMilliseconds(100)
        );
        output.WriteLine(
            $"{all} connections, {packets} packets, {bytes} bytes, bound {bound:P1}; estimated "
                + $"{Of(metrics, "netmon_flows_total")}, {Of(metrics, "netmon_packets_total")}, {Of(metrics, "netmon_bytes_total")}"
        );

        Assert.Equal(2, metrics.Sum("netmon_sampling_rate"));
        AssertWithin(all, "netmon_flows_total");
        AssertWithin(packets, "netmon_packets_total");
        AssertWithin(bytes, "netmon_bytes_total");
        AssertWithin(all, "netmon_latency_seconds_count", ("type", "connect"));
        Assert.Equal(0, metrics.Sum("netmon_flow_failures_total"));

        // What passed is known even so; and the estimation is what the flows add up to.
        Assert.Equal(packets, Seen(metrics));
        Assert.Equal(
            bytes,
            metrics.Sum("netmon_sampled_bytes_total") + metrics.Sum("netmon_unsampled_bytes_total")
        );
        Assert.Equal(
            metrics.Sum("netmon_sampling_estimated_packets_total"),
            Of(metrics, "netmon_packets_total")
        );
        Assert.Equal(metrics.Sum("netmon_sampling_estimated_bytes_total"), Of(metrics, "netmon_bytes_total"));

        // The budget is less than the agent takes at the rate that it may not fall below.
        settings.Set("capture.sampling_rate", "1");
        settings.Set("capture.adaptive_sampling.cpu_budget", "1");
        settings.Set("capture.adaptive_sampling.enabled", "true");
        using var raised = new CancellationTokenSource();
        var load = Task.Factory.StartNew(
            () =>
            {
                while (!raised.IsCancellationRequested)
                {
                    ConnectionLoad.Run(link.Near, Plan(Phase / 3));
                }
            },
            TaskCreationOptions.LongRunning
        );
        try
        {
            Wait.Until(
                () =>
                    agent.ReadMetrics().Sum("netmon_sampling_rate") > 1
                    && agent.Log.Contains("the sampling rate is", StringComparison.Ordinal),
                "the rate to be raised, and the log to tell",
                pause: TimeSpan.FromMilliseconds(100)
            );
        }
        finally
        {
            raised.Cancel();
            load.GetAwaiter().GetResult();
        }

        void AssertWithin(double true_, string name, params (string, string)[] labels) =>
            Assert.InRange(
                metrics.Sum(name, [("protocol", "tcp"), Once, .. labels]) / true_,
                1 - bound,
                1 + bound
            );
    }

    /// <summary>With the ports of a Linux client: below the server's they would make it the client, and all of its connections one choice.</summary>
    private static ConnectionPlan Plan(TimeSpan duration) =>
        BareLink.Plan(Rate, duration) with
        {
            Ports = (32_768, 60_999),
        };

    private static double Of(MetricsSnapshot metrics, string name) => metrics.Sum(name, Once);

    // Whether of a flow that is counted or not.
    private static double Seen(MetricsSnapshot metrics) =>
        metrics.Sum("netmon_sampled_packets_total") + metrics.Sum("netmon_unsampled_packets_total");

    /// <summary>Changes settings of a running agent, at its socket.</summary>
    private sealed class AgentSettings : IDisposable
    {
        private readonly HttpClient _client;

        public string StateDirectory { get; } = Directory.CreateTempSubdirectory("nm-e2e-sampling-").FullName;

        public AgentSettings()
        {
            var endpoint = new UnixDomainSocketEndPoint(Path.Combine(StateDirectory, "netmon.sock"));
            _client = new HttpClient(
                new SocketsHttpHandler
                {
                    ConnectCallback = async (_, cancellation) =>
                    {
                        var socket = new Socket(
                            AddressFamily.Unix,
                            SocketType.Stream,
                            ProtocolType.Unspecified
                        );
                        await socket.ConnectAsync(endpoint, cancellation);
                        return new NetworkStream(socket, ownsSocket: true);
                    },
                }
            );
        }

        public void Set(string key, string value)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "http://netmon/api/v1/config")
            {
                Content = new StringContent($$"""{"{{key}}":"{{value}}"}"""),
            };
            using var response = _client.Send(request);
            response.EnsureSuccessStatusCode();
        }

        public void Dispose()
        {
            _client.Dispose();
            Directory.Delete(StateDirectory, recursive: true);
        }
    }
}
