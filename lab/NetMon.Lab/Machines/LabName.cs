using System.Globalization;

namespace NetMon.Lab.Machines;

/// <summary>Names of what a lab makes outside of itself. They hold the process id, so that a later run knows what a crashed one left.</summary>
internal static class LabName
{
    /// <summary>Of labs that a test makes for itself: some namespaces and links.</summary>
    public const string Test = "nm-e2e-";

    /// <summary>Of whole clusters.</summary>
    public const string Cluster = "nm-lab-";

    private static int _count;

    /// <returns>Family, process id and a number: <c>nm-lab-4711-1</c>.</returns>
    public static string Next(string family) =>
        $"{family}{Environment.ProcessId}-{Interlocked.Increment(ref _count)}";

    /// <summary>
    /// Whether it is a name of this family whose process is gone. Process ids come again: one of this process's own that it has not given
    /// out yet is that of an earlier one.
    /// </summary>
    public static bool IsLeftover(string name, string family)
    {
        if (!name.StartsWith(family, StringComparison.Ordinal))
        {
            return false;
        }

        var parts = name[family.Length..].Split('-');
        return IsNumber(parts[0], out var process)
            && (
                process == Environment.ProcessId
                    ? parts.Length > 1
                        && IsNumber(parts[1], out var number)
                        && number > Volatile.Read(ref _count)
                    : !Directory.Exists($"/proc/{process}")
            );
    }

    /// <summary>The lab's part of such a name: <c>nm-lab-4711-1</c> of <c>nm-lab-4711-1-node1</c>.</summary>
    public static string LabOf(string name, string family)
    {
        var end = name.IndexOf('-', name.IndexOf('-', family.Length) + 1);
        return end < 0 ? name : name[..end];
    }

    private static bool IsNumber(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
