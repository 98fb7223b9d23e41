namespace NetMon.Core.Detections;

internal static class Nanoseconds
{
    public const ulong Second = 1_000_000_000;
    public const ulong Minute = 60 * Second;
    public const ulong Hour = 60 * Minute;

    public static ulong Of(TimeSpan time) => (ulong)time.Ticks * (ulong)TimeSpan.NanosecondsPerTick;
}
