using BenchmarkDotNet.Attributes;
using NetMon.Agent.Flows;
using NetMon.Agent.Metrics;
using NetMon.Agent.Options;
using NetMon.Core.Endpoints;
using NetMon.Core.Flows;
using NetMon.Core.Metrics;

namespace NetMon.Benchmarks.Figures;

/// <summary>The metrics alone, with 10,000 flows between 4,000 pairs of pods of 100 workloads; labels of the preset workload.</summary>
public class SeriesBenchmarks
{
    private const int Flows = 10_000;
    private const int Pods = 400;
    private const int Workloads = 100;

    // So many that what BenchmarkDotNet itself allocates per invocation is nothing per flow.
    private const int Rounds = 20;

    private readonly Flow[] _flows = new Flow[Flows];
    private readonly FlowSeries[] _series = new FlowSeries[Flows];
    private readonly FlowCounts _counts = new()
    {
        Sent = new Traffic { Packets = 10, Bytes = 1000 },
        Received = new Traffic { Packets = 20, Bytes = 20_000 },
    };

    private FlowMetrics _metrics = null!;

    [GlobalSetup]
    public void Setup()
    {
        _metrics = new FlowMetrics(new MetricRegistry(), new MetricsOptions());
        var pods = Enumerable.Range(0, Pods).Select(Pod).ToArray();
        for (var i = 0; i < Flows; i++)
        {
            _flows[i] = new Flow
            {
                Source = new FlowEndpoint(NetworkAddress.FromIPv4((uint)(i % Pods)), (ushort)i, 1),
                Destination = new FlowEndpoint(NetworkAddress.FromIPv4((uint)(i % 10)), 80, 2),
                Protocol = IpProtocol.Tcp,
                Attribution = new FlowAttribution
                {
                    Source = pods[i % Pods],
                    Destination = pods[i % 10],
                    Scope = FlowScope.PodToPod,
                    SourceLocal = true,
                    DestinationLocal = i % 4 == 0,
                },
            };
        }

        Count();
    }

    [Benchmark(Description = "counts of a record, both ways", OperationsPerInvoke = Flows * Rounds)]
    public void Count()
    {
        for (var round = 0; round < Rounds; round++)
        {
            for (var i = 0; i < Flows; i++)
            {
                _metrics.Count(in _flows[i], in _counts, ref _series[i]);
            }
        }
    }

    [Benchmark(
        Description = "series of a new flow, both ways, and their return",
        OperationsPerInvoke = Flows * Rounds
    )]
    public void Find()
    {
        for (var round = 0; round < Rounds; round++)
        {
            for (var i = 0; i < Flows; i++)
            {
                FlowSeries series = default;
                _metrics.Count(in _flows[i], in _counts, ref series);
                _metrics.Release(ref series);
            }
        }
    }

    private static Endpoint Pod(int number) =>
        new()
        {
            Kind = EndpointKind.Pod,
            Workload = Owners[number % Workloads],
            Pod = $"pod-{number}",
            Node = "node-1",
        };

    private static readonly Workload[] Owners =
    [
        .. Enumerable
            .Range(0, Workloads)
            .Select(number => new Workload("shop", "Deployment", $"workload-{number}")),
    ];
}
