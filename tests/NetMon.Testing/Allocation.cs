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
    /// What the code itself allocates is in every run. In some there is more: the first ones warm up; on a busy machine the runtime may not find the
    /// time to optimise what is called often for seconds; and a collection that another thread brings about in the middle of a run makes the runtime
    /// count the rest of this thread's allocation buffer as used.
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
