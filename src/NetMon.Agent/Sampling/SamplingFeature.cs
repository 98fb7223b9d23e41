using Microsoft.Extensions.Logging;
using NetMon.Agent.Options;
using NetMon.Bpf;

namespace NetMon.Agent.Sampling;

/// <summary>Sampling as a whole: the rate of the programs, and what changes it.</summary>
internal sealed class SamplingFeature : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly RunningAgent _agent;
    private readonly Task _looking;

    private SamplingFeature(RunningAgent agent, AdaptiveSampling adaptive)
    {
        _agent = agent;
        _looking = adaptive.RunAsync(_stop.Token);
    }

    /// <summary>Gives the programs the configured rate; the agent hands on what is configured later.</summary>
    public static SamplingFeature Start(
        FlowProgram program,
        RunningAgent agent,
        CaptureOptions options,
        TimeProvider time,
        ILoggerFactory loggers
    )
    {
        var logger = loggers.CreateLogger<SamplingControl>();
        var control = new SamplingControl(
            rate => program.SamplingRate = rate,
            agent.Registry,
            agent.Features,
            logger
        );
        control.Take(options);
        agent.Sampling = control;
        return new(
            agent,
            new AdaptiveSampling(control, new SamplingCost(program, time, logger), time, logger)
        );
    }

    public async ValueTask DisposeAsync()
    {
        _agent.Sampling = null;
        await _stop.CancelAsync();
        await _looking;
        _stop.Dispose();
    }
}
