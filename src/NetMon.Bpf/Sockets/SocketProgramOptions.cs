namespace NetMon.Bpf.Sockets;

/// <summary>What the socket programs are loaded with; fixed while they are loaded.</summary>
public sealed class SocketProgramOptions
{
    /// <summary>Bytes of the ring of events: a power of two and a multiple of the page size.</summary>
    public int RingBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>A process that was not seen to have a socket for so long has it no more: more than two walks.</summary>
    public TimeSpan StaleAfter { get; init; } = TimeSpan.FromSeconds(40);

    /// <summary>Tell of connections of a host with itself, too.</summary>
    public bool Loopback { get; init; }

    /// <summary>Directory of the root of the cgroup v2 hierarchy; null: where it is mounted.</summary>
    public string? CgroupRoot { get; init; }
}
