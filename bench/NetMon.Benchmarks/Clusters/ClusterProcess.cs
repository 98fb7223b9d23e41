using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using NetMon.Kubernetes.Client;
using NetMon.Kubernetes.Cluster;
using NetMon.Kubernetes.Watching;

namespace NetMon.Benchmarks.Clusters;

/// <summary>A process that has nothing but the client and the model, so that its memory is theirs.</summary>
internal static class ClusterProcess
{
    /// <summary>The first argument of the program that makes it this process; the second is a kubeconfig.</summary>
    public const string Argument = "--cluster-process";

    /// <summary>Watches until it is killed. Once all is known it says in how many milliseconds, from its start and from that of the process.</summary>
    public static async Task<int> RunAsync(string kubeconfig)
    {
        var model = new ClusterModel(new ClusterModelOptions(), TimeProvider.System);
        var started = Stopwatch.GetTimestamp();
        var configuration = ClusterConfiguration.Find(
            new ClusterChoice { Kubeconfig = kubeconfig, IsRequired = true }
        )!;
        await using var watch = ClusterWatch.Start(
            configuration,
            new ClusterSinks
            {
                Nodes = model.Nodes,
                Namespaces = model.Namespaces,
                ReplicaSets = model.ReplicaSets,
                Jobs = model.Jobs,
                Pods = model.Pods,
                Services = model.Services,
                EndpointSlices = model.EndpointSlices,
            },
            new ClusterWatchOptions(),
            TimeProvider.System,
            NullLogger.Instance
        );
        await watch.Synced;
        var sinceStart = Stopwatch.GetElapsedTime(started);
        using var self = Process.GetCurrentProcess();
        var sinceBirth = DateTime.Now - self.StartTime;
        await Console.Out.WriteLineAsync(
            $"synced {sinceStart.TotalMilliseconds:0} {sinceBirth.TotalMilliseconds:0} {model.Count().Pods}"
        );
        while (true)
        {
            await Task.Delay(TimeSpan.FromSeconds(1));
            model.Housekeep();
        }
    }
}
