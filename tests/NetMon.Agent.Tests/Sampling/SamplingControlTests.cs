using Microsoft.Extensions.Logging.Abstractions;
using NetMon.Agent.Detections;
using NetMon.Agent.Features;
using NetMon.Agent.Options;
using NetMon.Agent.Sampling;
using NetMon.Agent.Tests.Records;
using NetMon.Core.Metrics;

namespace NetMon.Agent.Tests.Sampling;

public class SamplingControlTests
{
    private readonly MetricRegistry _registry = new();
    private readonly List<int> _applied = [];
    private readonly FeatureSet _features;
    private readonly SamplingControl _control;

    public SamplingControlTests()
    {
        _features = new FeatureSet(_registry, NullLogger<FeatureSet>.Instance);
        _features.On(AgentDetections.FeatureName);
        _control = new SamplingControl(
            _applied.Add,
            _registry,
            _features,
            NullLogger<SamplingControl>.Instance
        );
    }

    [Fact]
    public void The_configured_rate_is_applied_once_and_shown()
    {
        _control.Take(With(rate: 10));
        _control.Take(With(rate: 10));

        Assert.Equal([10], _applied);
        Assert.Equal(10, Sample("netmon_sampling_rate"));
        Assert.Equal(1, Sample("netmon_sampling_rate_changes_total", """{reason="configured"}"""));
        Assert.Empty(PipelineUnderTest.Samples(_registry, "netmon_sampling_cpu_percent"));
    }

    [Fact]
    public void What_suffers_from_it_is_said_and_well_again_after()
    {
        _control.Take(With(rate: 10));
        Assert.Equal(FeatureStatus.Degraded, Detections.Status);
        _control.Take(With(rate: 1));
        Assert.Equal(FeatureStatus.On, Detections.Status);

        _features.Off(AgentDetections.FeatureName);
        _control.Take(With(rate: 10));
        Assert.Equal(FeatureStatus.Off, Detections.Status);
    }

    [Fact]
    public void The_adaptive_mode_follows_the_cost_and_counts_its_changes()
    {
        _control.Take(With(rate: 1, adaptive: true));
        for (var i = 0; i < 20; i++)
        {
            _control.Step(2 + (50.0 / _control.Rate));
        }

        Assert.Equal(4, _control.Rate);
        Assert.Equal(14.5, Sample("netmon_sampling_cpu_percent"));
        for (var i = 0; i < 100; i++)
        {
            _control.Step(2);
        }

        Assert.Equal([4, 2, 1], _applied);
        Assert.Equal(1, Sample("netmon_sampling_rate_changes_total", """{reason="raised"}"""));
        Assert.Equal(2, Sample("netmon_sampling_rate_changes_total", """{reason="lowered"}"""));
    }

    [Fact]
    public void Settings_of_something_else_leave_the_adapted_rate_alone()
    {
        _control.Take(With(rate: 1, adaptive: true));
        _control.Step(100);
        var adapted = _control.Rate;
        Assert.True(adapted > 1);

        _control.Take(With(rate: 1, adaptive: true));
        Assert.Equal(adapted, _control.Rate);
        _control.Take(With(rate: 2, adaptive: true));
        Assert.Equal(2, _control.Rate);
        _control.Take(With(rate: 2));
        _control.Step(100);
        Assert.Equal(2, _control.Rate);
        Assert.False(_control.IsAdaptive);
    }

    [Fact]
    public async Task The_cost_is_looked_at_each_period_and_a_failure_ends_nothing()
    {
        var time = new ManualTime();
        var cost = new ScriptedCost(100, null, 100);
        _control.Take(With(rate: 1, adaptive: true));
        using var stop = new CancellationTokenSource();
        var looking = new AdaptiveSampling(_control, cost, time, NullLogger.Instance).RunAsync(stop.Token);
        for (var i = 1; i <= 3; i++)
        {
            Assert.Equal(AdaptiveSampling.Period, time.NextTimer);
            time.Advance(AdaptiveSampling.Period);
            Assert.Equal(i, cost.Asked);
        }

        Assert.True(_control.Rate > 1);
        await stop.CancelAsync();
        await looking;
    }

    private Feature Detections => _features.All.Single();

    private double Sample(string name, string labels = "") =>
        PipelineUnderTest.Samples(_registry, name)[labels];

    private static CaptureOptions With(int rate, bool adaptive = false) =>
        new() { SamplingRate = rate, AdaptiveSampling = { Enabled = adaptive, CpuBudget = 20 } };

    private sealed class ScriptedCost(params double?[] costs) : ISamplingCost
    {
        public int Asked { get; private set; }

        public Task<double> MeasureAsync(CancellationToken cancellation) =>
            costs[Asked++] is { } cost
                ? Task.FromResult(cost)
                : Task.FromException<double>(new InvalidOperationException("no cost"));
    }
}
