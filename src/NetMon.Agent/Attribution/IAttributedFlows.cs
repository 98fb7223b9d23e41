namespace NetMon.Agent.Attribution;

/// <summary>Takes flows back that waited.</summary>
internal interface IAttributedFlows
{
    /// <summary>The ends of a flow are in its entry; it waits no longer.</summary>
    void Release(int slot, in WaitingFlow waiting);

    /// <summary>A flow turned out to be another one's packets.</summary>
    void Shadow(int slot, in WaitingFlow waiting);
}
