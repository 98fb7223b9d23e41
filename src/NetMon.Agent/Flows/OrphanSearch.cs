namespace NetMon.Agent.Flows;

/// <summary>Finds flows whose END never came, a few places at a time: without it a single lost record would count as an active flow for ever.</summary>
/// <remarks>The kernel ends a flow within its idle time and a sweep, and reports it in between; silence of twice that means that it is gone.</remarks>
internal sealed class OrphanSearch(FlowTable table, FlowPipeline pipeline, TimeSpan longestLife)
{
    private const int PlacesPerStep = 2048;

    private readonly ulong _silence = (ulong)(2 * longestLife.TotalNanoseconds);
    private int _next;

    /// <param name="nowNs">CLOCK_MONOTONIC.</param>
    public void Step(ulong nowNs)
    {
        if (nowNs <= _silence)
        {
            return;
        }

        var limit = table.SlotLimit;
        if (_next >= limit)
        {
            _next = 0;
        }

        for (var end = Math.Min(limit, _next + PlacesPerStep); _next < end; _next++)
        {
            pipeline.EndIfSilent(_next, nowNs - _silence);
        }
    }
}
