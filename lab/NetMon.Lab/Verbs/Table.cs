namespace NetMon.Lab.Verbs;

internal static class Table
{
    /// <summary>Columns as wide as they need to be.</summary>
    public static void Write(IReadOnlyList<string> head, IEnumerable<IReadOnlyList<string>> lines)
    {
        IReadOnlyList<string>[] rows = [head, .. lines];
        var widths = head.Select((_, at) => rows.Max(row => row[at].Length)).ToArray();
        foreach (var row in rows)
        {
            Console.WriteLine(
                string.Join("  ", row.Select((cell, at) => cell.PadRight(widths[at]))).TrimEnd()
            );
        }
    }
}
