namespace NetMon.Terminal.Tables;

/// <summary>Decides which columns are shown, and how wide, so that a row never wraps.</summary>
/// <remarks>
/// In this order, each step only as far as needed:
/// (0) text beyond what anybody needs is shortened;
/// (1) columns that say nothing in any row go, then those of little importance;
/// (2) long text is shortened to a comfortable width; (3) valued columns go;
/// (4) long text is shortened to its minimum; (5) essential columns go, until one is left, which is cut;
/// (6) what is left over goes back to the shortened ones.
/// </remarks>
internal static class ColumnLayout
{
    /// <summary>Columns from this importance on stay until long text is at its comfortable width.</summary>
    public const int Valued = 50;

    /// <summary>Columns from this importance on stay until long text is at its minimum.</summary>
    public const int Essential = 80;

    /// <summary>Spaces between two columns.</summary>
    public const int Gap = 2;

    /// <param name="natural">Width of each column's longest text, header included; 0 = the column is not there.</param>
    /// <param name="empty">Columns without a value in any row.</param>
    /// <param name="available">Columns of the terminal; null = no limit.</param>
    /// <returns>Width of each column, 0 = not shown.</returns>
    public static int[] Fit(
        IReadOnlyList<ColumnShape> columns,
        ReadOnlySpan<int> natural,
        ReadOnlySpan<bool> empty,
        int? available
    )
    {
        var widths = natural.ToArray();
        if (available is not { } limit || Excess(widths, limit) <= 0)
        {
            return widths;
        }

        var order = new (int Importance, int Index)[columns.Count];
        for (var i = 0; i < order.Length; i++)
        {
            order[i] = (empty[i] ? int.MinValue : columns[i].Importance, i);
        }

        Array.Sort(
            order,
            (a, b) =>
                a.Importance != b.Importance
                    ? a.Importance.CompareTo(b.Importance)
                    : b.Index.CompareTo(a.Index)
        );
        var next = 0;
        Shorten(widths, columns, shape => shape.Ample, limit); // (0)
        DropBelow(Valued); // (1)
        Shorten(widths, columns, shape => shape.Comfortable, limit); // (2)
        DropBelow(Essential); // (3)
        Shorten(widths, columns, shape => shape.Minimum, limit); // (4)
        DropBelow(int.MaxValue); // (5)
        CutLast(widths, limit);
        GiveBack(widths, natural, limit); // (6)
        return widths;

        void DropBelow(int importance)
        {
            // The last one stays: a row that shows nothing helps nobody.
            while (
                next < order.Length - 1 && order[next].Importance < importance && Excess(widths, limit) > 0
            )
            {
                widths[order[next++].Index] = 0;
            }
        }
    }

    /// <summary>Columns that a row takes beyond the limit; negative = room left.</summary>
    private static int Excess(ReadOnlySpan<int> widths, int limit)
    {
        var total = -Gap;
        foreach (var width in widths)
        {
            total += width == 0 ? 0 : width + Gap;
        }

        return total - limit;
    }

    private static void Shorten(
        int[] widths,
        IReadOnlyList<ColumnShape> columns,
        Func<ColumnShape, int> floor,
        int limit
    )
    {
        for (var excess = Excess(widths, limit); excess > 0; excess--)
        {
            var widest = -1;
            for (var i = 0; i < widths.Length; i++)
            {
                var least = floor(columns[i]);
                if (least > 0 && widths[i] > least && (widest < 0 || widths[i] > widths[widest]))
                {
                    widest = i;
                }
            }

            if (widest < 0)
            {
                return;
            }

            widths[widest]--;
        }
    }

    private static void CutLast(int[] widths, int limit)
    {
        var excess = Excess(widths, limit);
        if (excess > 0)
        {
            var last = Array.FindIndex(widths, width => width > 0);
            widths[last] = Math.Max(1, widths[last] - excess);
        }
    }

    private static void GiveBack(int[] widths, ReadOnlySpan<int> natural, int limit)
    {
        for (var room = -Excess(widths, limit); room > 0; room--)
        {
            var narrowest = -1;
            for (var i = 0; i < widths.Length; i++)
            {
                if (
                    widths[i] > 0
                    && widths[i] < natural[i]
                    && (narrowest < 0 || widths[i] < widths[narrowest])
                )
                {
                    narrowest = i;
                }
            }

            if (narrowest < 0)
            {
                return;
            }

            widths[narrowest]++;
        }
    }
}
