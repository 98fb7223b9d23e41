namespace NetMon.Agent.Options;

/// <summary>How figures are kept beyond the process, in the directory of state.</summary>
public sealed class LedgerOptions
{
    /// <summary>Longest time between two checkpoints; a full journal makes one sooner.</summary>
    public TimeSpan CheckpointInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Bytes that the journal may have, of which one half is in use at a time.</summary>
    public int JournalBytes { get; set; } = 32 * 1024 * 1024;
}
