namespace NetMon.Configuration;

/// <summary>What a mistyped name was probably meant to be.</summary>
internal static class NearestName
{
    /// <returns>
    /// The name that has the same last part (a setting in the wrong section), else the one with the fewest letters to add,
    /// drop, change or swap with their neighbour, if they are few; else null.
    /// </returns>
    public static string? Of(string mistyped, IEnumerable<string> names)
    {
        string? nearest = null;
        var letters = mistyped.Trim('-').Length;
        var fewest = (letters < 6 ? 1 : Math.Max(2, letters / 4)) + 1;
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

    // Levenshtein's distance with swaps (optimal string alignment), row by row; names are short, and only the mistyped one is not ours.
    private static int Distance(string left, string right)
    {
        if (left.Length > 2 * right.Length)
        {
            return int.MaxValue;
        }

        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        var (above, twoAbove) = (new int[row.Length], new int[row.Length]);
        for (var i = 1; i <= left.Length; i++)
        {
            (twoAbove, above, row) = (above, row, twoAbove);
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var change = above[j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1);
                row[j] = Math.Min(change, Math.Min(above[j], row[j - 1]) + 1);
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                {
                    row[j] = Math.Min(row[j], twoAbove[j - 2] + 1);
                }
            }
        }

        return row[^1];
    }
}
