using BenchmarkDotNet.Attributes;
using NetMon.Core.Flows;
using NetMon.Kubernetes.Cluster;

namespace NetMon.Benchmarks.Clusters;

/// <summary>What a flow asks the model of a cluster of 100,000 pods: addresses in no order, so that the caches are of no use.</summary>
public class LookupBenchmarks
{
    private const int Pods = 100_000;
    private const int Questions = 65_536;

    private readonly ClusterModel _model = new(new ClusterModelOptions(), TimeProvider.System);
    private readonly NetworkAddress[] _pods = new NetworkAddress[Questions];
    private readonly NetworkAddress[] _services = new NetworkAddress[Questions];
    private readonly NetworkAddress[] _unknown = new NetworkAddress[Questions];
    private readonly NetworkAddress[] _external = new NetworkAddress[Questions];
    private long _now;

    [GlobalSetup]
    public void Setup()
    {
        BigCluster.Fill(_model, Pods);
        _now = (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).Ticks * 100;
        var random = new Random(1);
        for (var i = 0; i < Questions; i++)
        {
            _pods[i] = BigCluster.PodAddress(random.Next(Pods));
            _services[i] = BigCluster.ServiceAddress(random.Next(Pods / BigCluster.PodsPerWorkload));

            // The last address of a node's network, which no pod has; an address of the world outside.
            _unknown[i] = NetworkAddress.FromIPv4(
                (uint)(0x0a00003f + (random.Next(Pods / BigCluster.PodsPerNode) * 64))
            );
            _external[i] = NetworkAddress.FromIPv4(0xcb000000 + (uint)random.Next(1 << 24));
        }

        if (_model.FindEndpoint(_pods[0], _now) is not { Final: true, Endpoint.Pod: not null })
        {
            throw new InvalidOperationException("the model does not know its pods");
        }
    }

    [Benchmark(Description = "pod by address and time", OperationsPerInvoke = Questions)]
    public int Pod() => Ask(_pods);

    [Benchmark(Description = "address of a node's network without a pod", OperationsPerInvoke = Questions)]
    public int UnknownPod() => Ask(_unknown);

    [Benchmark(Description = "address outside of the cluster", OperationsPerInvoke = Questions)]
    public int External() => Ask(_external);

    [Benchmark(Description = "service by address and port", OperationsPerInvoke = Questions)]
    public int Service()
    {
        var found = 0;
        foreach (ref readonly var address in _services.AsSpan())
        {
            found += _model.FindService(address, 80, 6) is null ? 0 : 1;
        }

        return found;
    }

    [Benchmark(Description = "backend by address and port", OperationsPerInvoke = Questions)]
    public int Backend()
    {
        var found = 0;
        foreach (ref readonly var address in _pods.AsSpan())
        {
            found += _model.IsBackend(address, 8080, 6) ? 1 : 0;
        }

        return found;
    }

    private int Ask(NetworkAddress[] addresses)
    {
        var final = 0;
        foreach (ref readonly var address in addresses.AsSpan())
        {
            final += _model.FindEndpoint(address, _now).Final ? 1 : 0;
        }

        return final;
    }
}
