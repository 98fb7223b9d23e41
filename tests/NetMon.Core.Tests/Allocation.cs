namespace NetMon.Core.Tests;

/// <summary>What code allocates on its thread.</summary>
internal static class Allocation
{
    private const int Tries = 5;

    /// <summary>
    /// Bytes of the least of several runs, the first of which warms up: a collection that another thread brings about in the middle of a run
    /// makes the runtime count the rest of this thread's allocation buffer as used.
    /// </summary>
    public static long Of(Action action)
    {
        action();
        var least = long.MaxValue;
        for (var i = 0; i < Tries && least > 0; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            action();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
