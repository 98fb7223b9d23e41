namespace NetMon.Configuration;

/// <summary>What a mistyped name was probably meant to be.</summary>
internal static class NearestName
{
    /// <returns>
    /// The name that has the same last part (a setting in the wrong section), else the one with the fewest letters to add,
    /// drop or change, if they are few; else null.
    /// </returns>
    public static string? Of(string mistyped, IEnumerable<string> names)
    {
        string? nearest = null;
        var fewest = Math.Max(2, mistyped.Length / 4) + 1;
        foreach (var name in names)
        {
            var distance = LastPart(name) == LastPart(mistyped) ? 0 : Distance(mistyped, name);
            if (distance < fewest)
            {
                (nearest, fewest) = (name, distance);
            }
        }

        return nearest;
    }

    private static string LastPart(string name) => name[(name.LastIndexOf('.') + 1)..];

    // Levenshtein's distance, row by row; names are short, and only the mistyped one is not ours.
    private static int Distance(string left, string right)
    {
        if (left.Length > 2 * right.Length)
        {
            return int.MaxValue;
        }

        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var change = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(change, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
