using System.Net;
using System.Net.Sockets;
using NetMon.Agent.Diagnosis;
using NetMon.Agent.Diagnosis.Checks;
using NetMon.Agent.Features;
using NetMon.Agent.Status;
using NetMon.Core.Diagnosis;
using NetMon.Core.Metrics;
using NetMon.Kubernetes.Client;
using NetMon.Kubernetes.Watching;
using NetMon.Lab.ApiServer;

namespace NetMon.Agent.Tests.Diagnosis;

public sealed class AgentDiagnosisTests
{
    [Fact]
    public async Task A_check_that_breaks_is_a_line_and_the_others_follow()
    {
        var diagnosis = new AgentDiagnosis();
        diagnosis.Add(new Broken(), new FeaturesCheck(Features()));

        var findings = await diagnosis.RunAsync(CancellationToken.None);

        Assert.Equal(["broken", "features"], findings.Select(finding => finding.Check).Distinct());
        Assert.Equal(FindingStatus.Warn, findings[0].Status);
        Assert.Contains("disk on fire", findings[0].Found, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_loss_that_is_counted_is_a_warning_that_names_its_metric()
    {
        var registry = new MetricRegistry();
        Assert.Equal(FindingStatus.Pass, Assert.Single(await LookAsync()).Status);

        // The registry itself counts what series took.
        var losses = LossTable.All.Where(loss => loss.Metric != Instruments.SeriesOverflow).ToArray();
        foreach (var (metric, _) in losses)
        {
            registry.Observe(
                metric,
                (ref MetricSamples samples) =>
                    samples.Add(3L, [.. metric.Labels.Select(label => $"some {label}")])
            );
        }

        var findings = await LookAsync();
        Assert.Equal(losses.Select(loss => $"3 {loss.What}"), findings.Select(finding => finding.Found));
        Assert.Contains(
            findings,
            finding => finding.Advice.StartsWith("netmon_ledger_refused_total ", StringComparison.Ordinal)
        );

        ValueTask<IReadOnlyList<Finding>> LookAsync() =>
            new LossCheck(registry).RunAsync(CancellationToken.None);
    }

    [Fact]
    public async Task A_degraded_feature_warns_with_its_reason()
    {
        var features = Features();
        features.On("drops");
        features.Degraded("sockets", "no cgroups: processes are not known");

        var findings = await new FeaturesCheck(features).RunAsync(CancellationToken.None);

        Assert.Contains("no cgroups", findings[0].Found, StringComparison.Ordinal);
        Assert.Equal(FindingStatus.Warn, findings[0].Status);
        Assert.Contains("on: drops", findings[1].Found, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_watch_in_trouble_or_silent_warns()
    {
        var time = new ManualTime();
        WatchSnapshot[] resources =
        [
            new()
            {
                Resource = "pods",
                IsSynced = true,
                LastEvent = time.GetUtcNow(),
            },
            new()
            {
                Resource = "nodes",
                IsSynced = true,
                Trouble = "answered 403: forbidden",
            },
            new()
            {
                Resource = "jobs",
                IsSynced = true,
                LastEvent = time.GetUtcNow() - TimeSpan.FromHours(1),
            },
        ];

        var findings = await new ClusterSyncCheck(() => resources, time).RunAsync(CancellationToken.None);

        Assert.Equal(2, findings.Count);
        Assert.Contains("403", findings[0].Found, StringComparison.Ordinal);
        Assert.Contains("60 minutes", findings[1].Found, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_api_server_that_answers_and_allows_all_passes()
    {
        await using var server = await KubeApiServer.StartAsync(new());

        var findings = await AskAsync(server);

        Assert.Equal(
            ["API server", "clock of the API server", "rights in the cluster"],
            findings.Select(finding => finding.Check)
        );
        Assert.All(findings, finding => Assert.Equal(FindingStatus.Pass, finding.Status));
    }

    [Fact]
    public async Task A_right_that_is_refused_fails_by_its_name()
    {
        await using var server = await KubeApiServer.StartAsync(
            new() { Authorize = request => request is not { Verb: "watch", Resource: "endpointslices" } }
        );

        var rights = (await AskAsync(server))[^1];

        Assert.Equal(FindingStatus.Fail, rights.Status);
        Assert.Equal("refused: watch endpointslices.discovery.k8s.io", rights.Found);
        Assert.Contains("ClusterRole", rights.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_api_server_that_cannot_be_reached_fails()
    {
        await using var server = await KubeApiServer.StartAsync(new());
        // Bound, so that nobody else is given the port, and without anybody who listens.
        using var held = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        held.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var configuration = ConfigurationOf(server.KubeconfigFor(new Uri($"https://{held.LocalEndPoint}")));

        var findings = await new ApiServerCheck(configuration, TimeProvider.System).RunAsync(
            CancellationToken.None
        );

        var finding = Assert.Single(findings);
        Assert.Equal(FindingStatus.Fail, finding.Status);
        Assert.StartsWith("see that the API server runs", finding.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_credential_that_the_api_server_does_not_know_fails_and_says_that_it_is_that()
    {
        await using var server = await KubeApiServer.StartAsync(new());
        var configuration = ConfigurationOf(server.Kubeconfig);
        server.RotateToken();

        var findings = await new ApiServerCheck(configuration, TimeProvider.System).RunAsync(
            CancellationToken.None
        );

        var finding = Assert.Single(findings);
        Assert.Equal(FindingStatus.Fail, finding.Status);
        Assert.EndsWith("answered 401: Unauthorized", finding.Found, StringComparison.Ordinal);
        Assert.StartsWith("the credential is not known", finding.Advice, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(120, "ahead of ours")]
    [InlineData(-3600, "behind ours")]
    public async Task A_clock_that_goes_wrong_is_a_warning(int seconds, string said)
    {
        await using var server = await KubeApiServer.StartAsync(
            new() { ClockOffset = TimeSpan.FromSeconds(seconds) }
        );

        var clock = (await AskAsync(server)).Single(finding => finding.Check == "clock of the API server");

        Assert.Equal(FindingStatus.Warn, clock.Status);
        Assert.Contains(said, clock.Found, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_took_long_leaves_open_how_the_clock_goes()
    {
        await using var server = await KubeApiServer.StartAsync(new());

        var findings = await new ApiServerCheck(
            ConfigurationOf(server.Kubeconfig),
            new SlowStart(TimeSpan.FromSeconds(30))
        ).RunAsync(CancellationToken.None);

        var clock = findings.Single(finding => finding.Check == "clock of the API server");
        Assert.Equal(FindingStatus.Pass, clock.Status);
    }

    [Fact]
    public async Task Resources_with_the_same_trouble_are_one_line()
    {
        WatchSnapshot[] all =
        [
            Snapshot("pods", "answered 401: Unauthorized"),
            Snapshot("nodes", trouble: null),
            Snapshot("services", "answered 401: Unauthorized"),
        ];

        var findings = await new ClusterSyncCheck(() => all, TimeProvider.System).RunAsync(
            CancellationToken.None
        );

        var finding = Assert.Single(findings);
        Assert.Equal("pods, services: answered 401: Unauthorized; what was known stays", finding.Found);
    }

    private static async Task<IReadOnlyList<Finding>> AskAsync(KubeApiServer server) =>
        await new ApiServerCheck(ConfigurationOf(server.Kubeconfig), TimeProvider.System).RunAsync(
            CancellationToken.None
        );

    private static ClusterConfiguration ConfigurationOf(string kubeconfig)
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, kubeconfig);
            return ClusterConfiguration.Find(
                new ClusterChoice
                {
                    Kubeconfig = path,
                    IsRequired = true,
                    Time = TimeProvider.System,
                }
            )!;
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static WatchSnapshot Snapshot(string resource, string? trouble) =>
        new()
        {
            Resource = resource,
            IsSynced = true,
            Trouble = trouble,
        };

    private static FeatureSet Features() =>
        new(new MetricRegistry(), Microsoft.Extensions.Logging.Abstractions.NullLogger<FeatureSet>.Instance);

    /// <summary>The system's time, behind until it was looked at: as if what began with the first look took so long.</summary>
    private sealed class SlowStart(TimeSpan late) : TimeProvider
    {
        private int _looks;

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() - late;

        public override long GetTimestamp() =>
            base.GetTimestamp()
            - (Interlocked.Increment(ref _looks) == 1 ? (long)late.TotalSeconds * TimestampFrequency : 0);
    }

    private sealed class Broken() : InstantCheck("broken")
    {
        protected override IEnumerable<Finding> Run() => throw new IOException("disk on fire");
    }
}
