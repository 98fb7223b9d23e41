namespace NetMon.Agent.Ledger;

/// <summary>A counter beside the series of flows that goes on where an earlier process was.</summary>
/// <param name="Name">Of the metric, with what tells it from its family's others.</param>
/// <param name="Read">Its value.</param>
/// <param name="Add">Adds to it. The capture loop's.</param>
internal readonly record struct KeptCounter(string Name, Func<long> Read, Action<long> Add);
