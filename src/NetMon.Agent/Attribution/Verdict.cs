namespace NetMon.Agent.Attribution;

/// <summary>What is to be done with a flow that was just met.</summary>
internal enum Verdict
{
    /// <summary>Its ends are known.</summary>
    Known,

    /// <summary>They are not known for certain yet: its counts gather, and it is given back later.</summary>
    Waits,

    /// <summary>Its packets are counted in another flow.</summary>
    Shadow,
}
