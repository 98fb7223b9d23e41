using Microsoft.Extensions.Logging;
using NetMon.Agent.Logging;

namespace NetMon.Agent.Sampling;

/// <summary>Looks at the cost now and then, while the adaptive mode is on.</summary>
internal sealed class AdaptiveSampling(
    SamplingControl control,
    ISamplingCost cost,
    TimeProvider time,
    ILogger logger
)
{
    /// <summary>Between two looks: two reports of each flow come within.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    /// <summary>Looks until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                await Task.Delay(Period, time, cancellation);
                await LookAsync(cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested) { }
    }

    private async Task LookAsync(CancellationToken cancellation)
    {
        if (!control.IsAdaptive)
        {
            return;
        }

        try
        {
            control.Step(await cost.MeasureAsync(cancellation));
        }
#pragma warning disable CA1031 // One look's fault must not stop the others.
        catch (Exception error) when (error is not OperationCanceledException)
#pragma warning restore CA1031
        {
            AgentLog.SamplingLookFailed(logger, error);
        }
    }
}
