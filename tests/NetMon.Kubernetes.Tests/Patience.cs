using System.Diagnostics;

namespace NetMon.Kubernetes.Tests;

/// <summary>Waits of tests for what happens on other threads: as short as it takes, and a bound that only a defect reaches.</summary>
internal static class Patience
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static async Task UntilAsync(Func<bool> condition, string what)
    {
        var started = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < Limit, $"did not come about: {what}");
            await Task.Delay(2);
        }
    }

    /// <summary>Moves the clock over waits of up to a minute, such as between two attempts, until a task ends.</summary>
    /// <returns>How far it was moved.</returns>
    public static async Task<TimeSpan> AdvanceUntilAsync(ManualTime time, Task task)
    {
        var started = Stopwatch.GetTimestamp();
        var moved = TimeSpan.Zero;
        while (!task.IsCompleted)
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < Limit, "did not come about");
            if (time.NextTimer is { } next && next <= TimeSpan.FromMinutes(1))
            {
                time.Advance(next);
                moved += next;
            }

            await Task.WhenAny(task, Task.Delay(2));
        }

        return moved;
    }
}
