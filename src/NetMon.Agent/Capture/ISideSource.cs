namespace NetMon.Agent.Capture;

/// <summary>Something beside the flow records that reaches flows: it is asked on the capture loop's thread, which alone writes the flow table.</summary>
internal interface ISideSource
{
    /// <summary>
    /// Takes what has come: after each batch of records, and at least once a second; a source that has something sooner wakes the loop
    /// (<see cref="IRecordSource.Wake"/>). Returns at once if there is nothing.
    /// </summary>
    /// <param name="nowNs">CLOCK_MONOTONIC.</param>
    /// <param name="last">Nothing follows: what is left is to be taken now.</param>
    void Take(ulong nowNs, bool last);
}
