namespace NetMon.Agent.Options;

/// <summary>Whether and how the sampling rate follows the CPU time that counting takes.</summary>
public sealed class AdaptiveSamplingOptions
{
    public bool Enabled { get; set; }

    /// <summary>CPU time of the agent and of its packet programs that is to be kept, percent of one core.</summary>
    public int CpuBudget { get; set; } = 20;

    /// <summary>The largest sampling rate that it may choose.</summary>
    public int MaxRate { get; set; } = 256;
}
