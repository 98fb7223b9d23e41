namespace NetMon.Core.Drops;

/// <summary>What it means that the kernel freed a packet for a reason.</summary>
public enum DropClass : byte
{
    /// <summary>Somebody misses the packet.</summary>
    Loss,

    /// <summary>A rule forbade it: netfilter, a CNI's BPF program, tc, a cgroup, IPsec.</summary>
    Policy,

    /// <summary>Nobody misses it: a duplicate, what a closed socket had left, a frame for somebody else. Counted, not shown.</summary>
    Ordinary,
}
