using System.Diagnostics;

namespace NetMon.Lab.Machines;

/// <summary>Waiting for something outside of this process, which cannot be told to the minute: by looking often, with a limit.</summary>
public static class Wait
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    /// <param name="pause">Between two looks; default 2 ms.</param>
    /// <exception cref="LabException"><paramref name="condition"/> did not come true within <paramref name="limit"/>.</exception>
    public static void Until(
        Func<bool> condition,
        string what,
        TimeSpan? limit = null,
        TimeSpan? pause = null
    )
    {
        if (!TryUntil(condition, limit ?? Patience, pause))
        {
            throw new LabException($"waited {limit ?? Patience} in vain: {what}");
        }
    }

    /// <param name="pause">Between two looks; default 2 ms.</param>
    public static bool TryUntil(Func<bool> condition, TimeSpan limit, TimeSpan? pause = null)
    {
        ArgumentNullException.ThrowIfNull(condition);
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            if (watch.Elapsed > limit)
            {
                return false;
            }

            Thread.Sleep(pause ?? Pause);
        }

        return true;
    }
}
