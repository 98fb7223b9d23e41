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

    /// <summary>Whether it is a name of this family whose process is gone.</summary>
    public static bool IsLeftover(string name, string family) =>
        name.StartsWith(family, StringComparison.Ordinal)
        && int.TryParse(
            name[family.Length..].Split('-')[0],
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var process
        )
        && !Directory.Exists($"/proc/{process}");

    /// <summary>The lab's part of such a name: <c>nm-lab-4711-1</c> of <c>nm-lab-4711-1-node1</c>.</summary>
    public static string LabOf(string name, string family)
    {
        var end = name.IndexOf('-', name.IndexOf('-', family.Length) + 1);
        return end < 0 ? name : name[..end];
    }
}
