using Microsoft.Extensions.Logging;
using NetMon.Agent.Logging;
using NetMon.Agent.Metrics;
using NetMon.Bpf;

namespace NetMon.Agent.Sampling;

/// <summary>What counting costs: CPU time of this process, and of its packet programs where the kernel tells.</summary>
internal interface ISamplingCost
{
    /// <summary>The cost since the call before, percent of one core. Takes a part of a second.</summary>
    Task<double> MeasureAsync(CancellationToken cancellation);
}

/// <remarks>
/// The kernel measures programs only on demand, which costs some 20 ns a packet: it is asked to for a twentieth of the time, and that is taken for
/// the whole. It takes CAP_SYS_ADMIN; without, what the programs take is not in the cost.
/// </remarks>
internal sealed class SamplingCost(FlowProgram program, TimeProvider time, ILogger logger) : ISamplingCost
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    private long _at = time.GetTimestamp();
    private double _cpuSeconds = ProcessStatus.CpuSeconds;
    private bool _kernelIsSilent;

    public async Task<double> MeasureAsync(CancellationToken cancellation)
    {
        var kernel = await MeasureKernelAsync(cancellation);
        var (at, cpuSeconds) = (time.GetTimestamp(), ProcessStatus.CpuSeconds);
        var elapsed = time.GetElapsedTime(_at, at).TotalSeconds;
        var process = elapsed > 0 ? 100 * (cpuSeconds - _cpuSeconds) / elapsed : 0;
        (_at, _cpuSeconds) = (at, cpuSeconds);
        return process + kernel;
    }

    private async Task<double> MeasureKernelAsync(CancellationToken cancellation)
    {
        if (_kernelIsSilent)
        {
            return 0;
        }

        try
        {
            using var measuring = FlowProgram.EnableRunStatistics();
            var before = RunTimeNs();
            var start = time.GetTimestamp();
            await Task.Delay(Look, time, cancellation);
            return 100 * (RunTimeNs() - before) / time.GetElapsedTime(start).TotalNanoseconds;
        }
        catch (BpfException error)
        {
            _kernelIsSilent = true;
            AgentLog.SamplingCostUnknown(logger, error.Message.Split('\n')[0]);
            return 0;
        }
    }

    private double RunTimeNs() => program.ReadRunStatistics().Sum(one => (double)one.RunTimeNs);
}
