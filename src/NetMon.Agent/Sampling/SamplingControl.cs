using Microsoft.Extensions.Logging;
using NetMon.Agent.Detections;
using NetMon.Agent.Features;
using NetMon.Agent.Logging;
using NetMon.Agent.Options;
using NetMon.Core.Metrics;

namespace NetMon.Agent.Sampling;

/// <summary>Which sampling rate holds: the configured one, or in adaptive mode a multiple of it. From any thread.</summary>
internal sealed class SamplingControl
{
    private readonly Action<int> _apply;
    private readonly FeatureSet _features;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly long[] _changes = new long[Reasons.Length];
    private RateController? _controller;
    private (int Rate, bool Enabled, int Budget, int MaxRate) _taken;
    private int _rate = 1;
    private double _cpu;
    private bool _exceeded;

    /// <param name="apply">Gives the kernel programs a rate.</param>
    /// <param name="registry">Gets the metrics.</param>
    /// <param name="features">Are told what suffers.</param>
    /// <param name="logger">Is told of each change.</param>
    public SamplingControl(
        Action<int> apply,
        MetricRegistry registry,
        FeatureSet features,
        ILogger<SamplingControl> logger
    )
    {
        _apply = apply;
        _features = features;
        _logger = logger;
        registry.Observe(Instruments.SamplingRate, () => (long)Rate);
        registry.Observe(
            Instruments.SamplingRateChanges,
            (ref MetricSamples samples) =>
            {
                for (var i = 0; i < Reasons.Length; i++)
                {
                    samples.Add(Volatile.Read(ref _changes[i]), Reasons[i]);
                }
            }
        );
        registry.Observe(
            Instruments.SamplingCpu,
            (ref MetricSamples samples) =>
            {
                if (IsAdaptive)
                {
                    samples.Add(Volatile.Read(ref _cpu));
                }
            }
        );
    }

    private static string[] Reasons { get; } = ["configured", "raised", "lowered"];

    /// <summary>One flow of so many is counted.</summary>
    public int Rate => Volatile.Read(ref _rate);

    /// <summary>Whether the rate follows the cost.</summary>
    public bool IsAdaptive => Volatile.Read(ref _controller) is not null;

    /// <summary>
    /// Takes the settings capture.sampling_rate and capture.adaptive_sampling.*, at the start and whenever they change: in force when it returns, for every
    /// packet from then on. Settings that are those of before leave a rate alone that the adaptive mode has chosen.
    /// </summary>
    public void Take(CaptureOptions options)
    {
        var adaptive = options.AdaptiveSampling;
        var taken = (options.SamplingRate, adaptive.Enabled, adaptive.CpuBudget, adaptive.MaxRate);
        lock (_gate)
        {
            if (taken == _taken)
            {
                return;
            }

            _taken = taken;
            var controller = adaptive.Enabled
                ? new RateController(
                    options.SamplingRate,
                    Math.Max(options.SamplingRate, adaptive.MaxRate),
                    adaptive.CpuBudget
                )
                : null;
            Volatile.Write(ref _controller, controller);
            _exceeded = false;
            if (Set(options.SamplingRate, reason: 0) is { } before)
            {
                AgentLog.SamplingRateSet(_logger, before, options.SamplingRate);
            }
        }
    }

    /// <summary>Takes what the agent and its packet programs cost lately, percent of one core; changes the rate where the adaptive mode demands it.</summary>
    public void Step(double cpu)
    {
        lock (_gate)
        {
            if (_controller is not { } controller)
            {
                return;
            }

            Volatile.Write(ref _cpu, cpu);
            var rate = controller.Step(cpu);
            if (Set(rate, rate > _rate ? 1 : 2) is { } before)
            {
                AgentLog.SamplingRateAdapted(_logger, before, rate, cpu, _taken.Budget);
            }

            if (controller.IsExceeded && !_exceeded)
            {
                AgentLog.SamplingBudgetExceeded(_logger, cpu, _taken.Budget, rate);
            }

            _exceeded = controller.IsExceeded;
        }
    }

    // Returns the rate before, if it was another.
    private int? Set(int rate, int reason)
    {
        var before = _rate;
        if (rate == before)
        {
            return null;
        }

        _apply(rate);
        Volatile.Write(ref _rate, rate);
        Volatile.Write(ref _changes[reason], _changes[reason] + 1);
        Suffers(rate);
        return before;
    }

    // What goes by single flows sees but some of them; what goes by sums does not suffer.
    private void Suffers(int rate)
    {
        var detections = _features.All.FirstOrDefault(feature => feature.Name == AgentDetections.FeatureName);
        if (detections is null or { Status: FeatureStatus.Off })
        {
            return;
        }

        if (rate == 1)
        {
            _features.On(AgentDetections.FeatureName);
        }
        else
        {
            _features.Degraded(
                AgentDetections.FeatureName,
                "not all flows are counted (capture.sampling_rate): scans, floods and beacons are noticed late or not at all"
            );
        }
    }
}
