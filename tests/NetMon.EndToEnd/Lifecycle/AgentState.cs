namespace NetMon.EndToEnd.Lifecycle;

/// <summary>Directories for what outlives one test's agents, gone afterwards with all that is in them.</summary>
internal sealed class AgentState : IDisposable
{
    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("nm-e2e-state-").FullName;

    public string BpfDirectory { get; } = $"/sys/fs/bpf/nm-e2e-{Guid.NewGuid():n}";

    /// <summary>For an agent, and for <c>netmon detach</c>.</summary>
    public string[] Arguments => ["--state-dir", Directory, "--bpf-dir", BpfDirectory];

    public bool IsPinned => System.IO.Directory.Exists(BpfDirectory);

    public void Dispose()
    {
        System.IO.Directory.Delete(Directory, recursive: true);
        if (IsPinned)
        {
            System.IO.Directory.Delete(BpfDirectory, recursive: true);
        }
    }
}
