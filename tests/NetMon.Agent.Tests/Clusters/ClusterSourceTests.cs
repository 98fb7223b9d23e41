using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using NetMon.Agent.Clusters;
using NetMon.Agent.Interfaces;
using NetMon.Agent.Options;
using NetMon.Core.Metrics;

namespace NetMon.Agent.Tests.Clusters;

public sealed class ClusterSourceTests : IDisposable
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"netmon-{Guid.NewGuid()}.kubeconfig");

    public void Dispose() => File.Delete(_file);

    [Fact]
    public async Task Without_a_cluster_there_is_nothing_to_wait_for()
    {
        await using var cluster = Open(options => options.Mode = KubernetesMode.Off);
        cluster.Start(new MetricRegistry());

        Assert.False(cluster.View.HasCluster);
        Assert.True(cluster.Standing.IsReady);
        Assert.Empty(cluster.Standing.Troubles);
        Assert.Equal(Environment.MachineName, cluster.Node.Endpoint.Node);
    }

    [Fact]
    public void A_kubeconfig_that_is_not_there_keeps_the_agent_from_starting_and_is_named()
    {
        var error = Assert.Throws<StartException>(() => Open(options => options.Kubeconfig = _file));

        Assert.Contains(_file, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_context_that_the_kubeconfig_does_not_have_keeps_the_agent_from_starting_and_is_named()
    {
        Write(1);
        var error = Assert.Throws<StartException>(() =>
            Open(options =>
            {
                options.Kubeconfig = _file;
                options.Context = "elsewhere";
            })
        );

        Assert.Contains("elsewhere", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_api_server_that_does_not_answer_keeps_nothing_from_starting_and_is_told_of()
    {
        // Bound, so that nobody else is given the port, and without anybody who listens.
        using var held = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        held.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Write(((IPEndPoint)held.LocalEndPoint!).Port);
        var registry = new MetricRegistry();
        await using var cluster = Open(options =>
        {
            options.Kubeconfig = _file;
            options.NodeName = "n7";
        });
        cluster.Start(registry);
        Assert.True(cluster.View.HasCluster);
        Assert.False(cluster.View.IsSynced);
        Assert.Equal("n7", cluster.Node.Endpoint.Node);

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (cluster.Standing.Troubles.Count < 2)
        {
            await Task.Delay(5, patience.Token);
        }

        Assert.False(cluster.Standing.IsReady);
        Assert.Equal(0, Records.PipelineUnderTest.Samples(registry, "netmon_kubernetes_synced")[""]);
        Assert.NotEmpty(
            Records.PipelineUnderTest.Samples(registry, "netmon_kubernetes_request_errors_total")
        );
    }

    private void Write(int port) =>
        File.WriteAllText(
            _file,
            $$$"""
            apiVersion: v1
            kind: Config
            current-context: lab
            contexts: [{name: lab, context: {cluster: lab, user: lab}}]
            clusters: [{name: lab, cluster: {server: "http://127.0.0.1:{{{port}}}"}}]
            users: [{name: lab, user: {token: secret}}]
            """
        );

    private static ClusterSource Open(Action<KubernetesOptions> configure)
    {
        var options = new AgentOptions();
        configure(options.Kubernetes);
        return ClusterSource.Open(
            options,
            new LocalAddresses(TimeProvider.System),
            TimeProvider.System,
            NullLoggerFactory.Instance
        );
    }
}
