namespace NetMon.Core.Detections.Workloads;

/// <summary>Numbers from 0 to 2^31 in a byte, as eighths of powers of two: 0 is exact, others within 5 percent (1 to 3: rounded).</summary>
internal static class LogCode
{
    public const int PerOctave = 8;

    public static byte Of(long number) =>
        (byte)Math.Clamp(Math.Round(PerOctave * Math.Log2(Math.Max(0, number) + 1.0)), 0, byte.MaxValue);

    public static long ToNumber(double code) => (long)Math.Round(Math.Pow(2, code / PerOctave) - 1);
}
