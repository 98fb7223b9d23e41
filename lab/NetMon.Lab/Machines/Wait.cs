using System.Diagnostics;

namespace NetMon.Lab.Machines;

/// <summary>Waiting for something outside of this process, which cannot be told to the minute: by looking often, with a limit.</summary>
public static class Wait
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    /// <exception cref="LabException"><paramref name="condition"/> did not come true within <paramref name="limit"/>.</exception>
    public static void Until(Func<bool> condition, string what, TimeSpan? limit = null)
    {
        if (!TryUntil(condition, limit ?? Patience))
        {
            throw new LabException($"waited {limit ?? Patience} in vain: {what}");
        }
    }

    public static bool TryUntil(Func<bool> condition, TimeSpan limit)
    {
        ArgumentNullException.ThrowIfNull(condition);
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            if (watch.Elapsed > limit)
            {
                return false;
            }

            Thread.Sleep(2);
        }

        return true;
    }
}
