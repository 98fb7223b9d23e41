namespace NetMon.Agent.Options;

/// <summary>What outlives the process: where it is kept, and what becomes of it when the agent stops.</summary>
public sealed class StateOptions
{
    /// <summary>Directory of the agent's lock, socket and ledger; it need not outlive the machine's start. Empty: none of them.</summary>
    public string Directory { get; set; } = "/run/netmon";

    /// <summary>Directory of a BPF file system, in which maps and links are pinned. Empty: they go with the process.</summary>
    public string BpfDirectory { get; set; } = "/sys/fs/bpf/netmon";

    public StopMode OnStop { get; set; } = StopMode.Auto;

    /// <summary>Makes <see cref="Directory"/> where it is missing, for its owner alone.</summary>
    public void MakeDirectory() =>
        System.IO.Directory.CreateDirectory(
            Directory,
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        );

    /// <summary>Whether an agent that runs already is told to stop; by a flag only.</summary>
    public bool TakeOver { get; set; }
}

/// <summary>What becomes of the programs when the agent stops.</summary>
public enum StopMode
{
    /// <summary>Ctrl-C detaches; SIGTERM keeps, since another agent comes after it.</summary>
    Auto,

    /// <summary>They go on counting for the agent that comes next.</summary>
    Keep,

    /// <summary>They are removed, after the last figures were reported.</summary>
    Detach,
}
