using System.Diagnostics;

namespace NetMon.Testing;

/// <summary>What code allocates on its thread.</summary>
public static class Allocation
{
    private const int Quick = 10;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Bytes of the least of several runs; see <see cref="Least"/>.</summary>
    public static long Of(Action action)
    {
        ArgumentNullException.ThrowIfNull(action);
        return Least(() =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            action();
            return GC.GetAllocatedBytesForCurrentThread() - before;
        });
    }

    /// <summary>The least that is measured, over as many runs as it takes until it is none, for some time.</summary>
    /// <remarks>
    /// What the code itself allocates is in every run. In the first ones there is more: they warm up, and on a busy machine it may take the runtime
    /// seconds to optimise what is called often.
    /// </remarks>
    /// <param name="measure">Bytes that one run allocated.</param>
    public static long Least(Func<long> measure)
    {
        ArgumentNullException.ThrowIfNull(measure);
        var begun = Stopwatch.GetTimestamp();
        var least = long.MaxValue;
        for (var run = 0; least > 0 && Stopwatch.GetElapsedTime(begun) < Patience; run++)
        {
            if (run > Quick)
            {
                Thread.Sleep(Pause);
            }

            least = Math.Min(least, measure());
        }

        return least;
    }
}
