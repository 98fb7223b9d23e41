namespace NetMon.Agent.Memory;

/// <summary>Something that the agent can do without while memory is short.</summary>
/// <param name="What">As in netmon_shed_total.</param>
/// <param name="Begin">Frees what it holds, and takes no more. The guard's thread.</param>
/// <param name="End">As before.</param>
/// <param name="Count">What was left out so far. Any thread.</param>
internal sealed record ShedStep(string What, Action Begin, Action End, Func<long> Count);

/// <summary>Something that grows, and how much room it has before memory is looked at again.</summary>
/// <param name="Bytes">Of one more.</param>
/// <param name="Share">Of what is free, that may go to it until then.</param>
/// <param name="Allow">Told how many more there may be.</param>
internal sealed record Growth(int Bytes, double Share, Action<int> Allow);
