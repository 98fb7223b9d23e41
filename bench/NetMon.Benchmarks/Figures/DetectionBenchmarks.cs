using BenchmarkDotNet.Attributes;
using NetMon.Agent.Detections;
using NetMon.Core.Detections;
using NetMon.Core.Endpoints;
using NetMon.Core.Flows;

namespace NetMon.Benchmarks.Figures;

/// <summary>What the detections cost: on the capture loop, and on their own thread.</summary>
public class DetectionBenchmarks
{
    private const int Flows = 4096;
    private const int Rounds = 50;

    private readonly SightingQueue _queue = new();
    private readonly FlowEvent[] _steps = new FlowEvent[Flows];
    private readonly FlowSighting[] _updates = new FlowSighting[Flows];
    private readonly FlowSighting[] _lives = new FlowSighting[Flows * 3];
    private readonly FlowSighting[] _probes = new FlowSighting[Flows];
    private FlowTap _tap = null!;
    private DetectionEngine _engine = null!;
    private ulong _now = 1_000_000_000_000;

    [GlobalSetup]
    public void Setup()
    {
        _tap = new FlowTap(_queue, () => { });
        var settings = new DetectionSettings();
        settings.Beacon.Enabled = settings.FirstContact.Enabled = true;
        _engine = new DetectionEngine(settings, _ => { });
        for (var i = 0; i < Flows; i++)
        {
            _steps[i].Flow = FlowOf(i);
            _steps[i].Delta.Sent.Bytes = _steps[i].Delta.Received.Bytes = 1000;
            FlowSighting.Read(in _steps[i].Flow, out _updates[i]);
            _updates[i].SentBytes = 1000;
            for (var step = 0; step < 3; step++)
            {
                ref var life = ref _lives[(3 * i) + step];
                life = _updates[i];
                life.Steps = (SightingSteps)(1 << step);
            }

            _probes[i] = _updates[i];
            _probes[i].Established = false;
            _probes[i].FlagsReceived = 0x14;
            _probes[i].TargetPort = (ushort)(i % 15);
            _probes[i].Steps = SightingSteps.Examined;
        }
    }

    [Benchmark(Description = "showing a record to the detections", OperationsPerInvoke = Flows * Rounds)]
    public void Show()
    {
        for (var round = 0; round < Rounds; round++)
        {
            foreach (ref readonly var step in _steps.AsSpan())
            {
                _tap.See(in step, _now, slot: 1, SightingSteps.None);
            }

            while (_queue.Peek() is { Length: > 0 } taken)
            {
                _queue.Release(taken.Length);
            }
        }
    }

    [Benchmark(Description = "detections' thread: an update", OperationsPerInvoke = Flows * Rounds)]
    public void Update() => Take(_updates);

    [Benchmark(
        Description = "detections' thread: open, answer or end of a flow",
        OperationsPerInvoke = Flows * 3 * Rounds
    )]
    public void Life() => Take(_lives);

    [Benchmark(
        Description = "detections' thread: a request that was refused",
        OperationsPerInvoke = Flows * Rounds
    )]
    public void Probe() => Take(_probes);

    private void Take(FlowSighting[] sightings)
    {
        for (var round = 0; round < Rounds; round++)
        {
            foreach (ref var sighting in sightings.AsSpan())
            {
                sighting.NowNs = _now += 1000;
                _engine.See(in sighting);
            }
        }
    }

    /// <summary>One of 100 workloads to one of 1,000 places outside.</summary>
    private static Flow FlowOf(int number) =>
        new()
        {
            Source = new(NetworkAddress.FromIPv4(0x0a000000 + ((uint)number % 250)), 40_000, 2),
            Destination = new(NetworkAddress.FromIPv4(0xc0000200 + ((uint)number % 1000)), 443, 2),
            Protocol = IpProtocol.Tcp,
            State = FlowState.Established,
            ConnectUs = 100,
            InitiatorCertain = true,
            TcpFlagsSent = 0x1b,
            TcpFlagsReceived = 0x1b,
            Attribution =
            {
                Source = new Endpoint
                {
                    Kind = EndpointKind.Pod,
                    Workload = new Workload("shop", "Deployment", $"w{number % 100}"),
                },
                Destination = Endpoint.External,
                SourceLocal = true,
                Scope = FlowScope.PodToExternal,
            },
            StartNs = 1,
            LastNs = 2,
        };
}
