namespace NetMon.Agent.Flows;

/// <summary>Room for the rows of flows in more than one table: blocks of the same length, given back when the flow ends.</summary>
/// <remarks>Chunks of blocks that never move; a free block names the next one.</remarks>
internal sealed class FlowRowsPool(int length)
{
    private const int ChunkBits = 10;
    private const int ChunkBlocks = 1 << ChunkBits;

    private readonly List<FlowRows[]> _chunks = [];
    private readonly Stack<int> _free = new();
    private int _taken;

    /// <summary>Blocks taken and not given back.</summary>
    public int Taken => _taken - _free.Count;

    /// <returns>A block's number, never 0; all of its rows are none.</returns>
    public int Take()
    {
        if (_free.TryPop(out var freed))
        {
            return freed;
        }

        if (_taken == _chunks.Count << ChunkBits)
        {
            _chunks.Add(new FlowRows[length << ChunkBits]);
        }

        return ++_taken;
    }

    public Span<FlowRows> this[int block] =>
        _chunks[(block - 1) >> ChunkBits].AsSpan(((block - 1) & (ChunkBlocks - 1)) * length, length);

    /// <summary>Gives a block back, which then is 0.</summary>
    public void Return(ref int block)
    {
        this[block].Clear();
        _free.Push(block);
        block = 0;
    }
}
