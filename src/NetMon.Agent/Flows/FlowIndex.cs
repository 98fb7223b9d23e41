namespace NetMon.Agent.Flows;

/// <summary>Says whether a slot is the one that is looked for; a struct, so that the search calls it directly.</summary>
internal interface ISlotMatch
{
    /// <returns>True ends the search.</returns>
    bool Accepts(int slot);
}

/// <summary>Finds a flow's slot by its hash: open addressing with linear probing, without tombstones.</summary>
/// <remarks>
/// Cells are <c>tag (low half of the hash) &lt;&lt; 32 | slot + 1</c>; 0 is empty. The top byte of the hash picks one of 256 tables, each of
/// which grows and shrinks by itself: with a million flows a growing table moves 4,000 cells, not a million at once.
/// </remarks>
internal sealed class FlowIndex
{
    private const int TableCount = 256;
    private const int TableShift = 56;
    private const int SmallestTable = 16;

    private readonly Table[] _tables = new Table[TableCount];

    public FlowIndex()
    {
        foreach (ref var table in _tables.AsSpan())
        {
            table.Cells = new ulong[SmallestTable];
        }
    }

    /// <summary>Offers the slots of a hash one after the other.</summary>
    /// <returns>The slot that was accepted; -1 if none was.</returns>
    public int Find<TMatch>(ulong hash, ref TMatch match)
        where TMatch : struct, ISlotMatch
    {
        var cells = _tables[hash >> TableShift].Cells;
        var mask = (uint)cells.Length - 1;
        var tag = (uint)hash;
        for (var i = tag & mask; cells[i] != 0; i = (i + 1) & mask)
        {
            var cell = cells[i];
            if (Tag(cell) == tag && match.Accepts(Slot(cell)))
            {
                return Slot(cell);
            }
        }

        return -1;
    }

    /// <summary>Adds a flow that is not there.</summary>
    public void Add(ulong hash, int slot)
    {
        ref var table = ref _tables[hash >> TableShift];
        table.Count++;
        if (table.Count * 4 > table.Cells.Length * 3)
        {
            Resize(ref table, table.Cells.Length * 2);
        }

        Insert(table.Cells, ((ulong)(uint)hash << 32) | (uint)(slot + 1));
    }

    /// <summary>Removes a flow that is there.</summary>
    public void Remove(ulong hash, int slot)
    {
        ref var table = ref _tables[hash >> TableShift];
        var cells = table.Cells;
        var mask = (uint)cells.Length - 1;
        var hole = (uint)hash & mask;
        while (Slot(cells[hole]) != slot)
        {
            hole = (hole + 1) & mask;
        }

        // What follows without a gap moves up, unless that would put it before its home (Knuth, TAOCP 6.4, algorithm R).
        for (var i = (hole + 1) & mask; cells[i] != 0; i = (i + 1) & mask)
        {
            var home = Tag(cells[i]) & mask;
            if (((i - home) & mask) >= ((i - hole) & mask))
            {
                cells[hole] = cells[i];
                hole = i;
            }
        }

        cells[hole] = 0;
        table.Count--;
        if (cells.Length > SmallestTable && table.Count * 8 < cells.Length)
        {
            Resize(ref table, cells.Length / 2);
        }
    }

    private static void Resize(ref Table table, int size)
    {
        var cells = new ulong[size];
        foreach (var cell in table.Cells)
        {
            if (cell != 0)
            {
                Insert(cells, cell);
            }
        }

        table.Cells = cells;
    }

    private static void Insert(ulong[] cells, ulong cell)
    {
        var mask = (uint)cells.Length - 1;
        var i = Tag(cell) & mask;
        while (cells[i] != 0)
        {
            i = (i + 1) & mask;
        }

        cells[i] = cell;
    }

    private static uint Tag(ulong cell) => (uint)(cell >> 32);

    private static int Slot(ulong cell) => (int)(uint)cell - 1;

    private struct Table
    {
        public ulong[] Cells;
        public int Count;
    }
}
