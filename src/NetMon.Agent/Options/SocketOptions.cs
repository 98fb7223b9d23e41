namespace NetMon.Agent.Options;

/// <summary>Which process has which socket, and what the kernel's TCP says of a connection.</summary>
public sealed class SocketOptions
{
    public bool Enabled { get; set; } = true;

    /// <summary>Between two walks through all sockets, which find what was not told, and the figures of connections that last.</summary>
    public TimeSpan WalkInterval { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Sockets that are remembered at once; the ones that were touched longest ago go first.</summary>
    public int MaxSockets { get; set; } = 32_768;

    /// <summary>Size of the ring between kernel and agent, bytes: a power of two, at least a page.</summary>
    public int RingBytes { get; set; } = 2 * 1024 * 1024;

    /// <summary>Directory of the host's cgroup v2 hierarchy; empty: where it is mounted.</summary>
    public string CgroupRoot { get; set; } = "";
}
