namespace NetMon.Core.Flows;

/// <summary>Keeps the first flows of an order out of any number of them, in memory for those alone.</summary>
/// <remarks>
/// A binary heap with the lowest-ranked flow at its root, so that a flow that does not make it costs one comparison. Not safe for
/// several threads.
/// </remarks>
public sealed class FlowRanking
{
    private readonly FlowSort _sort;
    private readonly int _limit;
    private readonly PriorityQueue<Flow, (ulong Rank, ulong StartNs, ulong Number)> _heap = new();

    /// <param name="sort">The order.</param>
    /// <param name="limit">How many flows to keep, at least 0.</param>
    public FlowRanking(FlowSort sort, int limit)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        _sort = sort;
        _limit = limit;
    }

    /// <summary>Flows kept so far.</summary>
    public int Count => _heap.Count;

    public void Add(in Flow flow)
    {
        if (_limit == 0)
        {
            return;
        }

        var rank = _sort.Rank(in flow);
        if (_heap.Count < _limit)
        {
            _heap.Enqueue(flow, Priority(rank, in flow));
            return;
        }

        _heap.TryPeek(out _, out var lowest);
        if (rank < lowest.Rank)
        {
            return;
        }

        _heap.EnqueueDequeue(flow, Priority(rank, in flow));
    }

    /// <summary>The flows kept, first of the order first; equals in a fixed order. Empties the ranking.</summary>
    public Flow[] Take()
    {
        var flows = new Flow[_heap.Count];
        for (var i = flows.Length - 1; i >= 0; i--)
        {
            flows[i] = _heap.Dequeue();
        }

        return flows;
    }

    private static (ulong Rank, ulong StartNs, ulong Number) Priority(ulong rank, in Flow flow) =>
        (rank, flow.StartNs, flow.Identity.Number);
}
