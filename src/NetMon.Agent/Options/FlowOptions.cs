namespace NetMon.Agent.Options;

/// <summary>How many flows are kept, for how long, and how often they are reported.</summary>
public sealed class FlowOptions
{
    /// <summary>Overlay ports that the kernel program has room for (NETMON_OVERLAY_PORTS of bpf/netmon.h).</summary>
    public const int MaxOverlayPorts = 8;

    /// <summary>Flows that the kernel's table holds at once; packets of further flows count in overflow buckets.</summary>
    public int MaxFlows { get; set; } = 262_144;

    /// <summary>Time between two reports of an active flow. At least 100 ms.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>A TCP flow that was not established ends after this time without a packet: unanswered, it has failed. More than the 64 s between the last retries of a SYN.</summary>
    public TimeSpan TcpHandshake { get; set; } = TimeSpan.FromSeconds(75);

    /// <summary>A TCP flow ends after this time without a packet.</summary>
    public TimeSpan TcpIdle { get; set; } = TimeSpan.FromSeconds(300);

    /// <summary>A TCP flow that saw FIN both ways, or RST, ends after this time without a packet.</summary>
    public TimeSpan TcpClosed { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>A UDP or UDP-Lite flow ends after this time without a packet.</summary>
    public TimeSpan UdpIdle { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>An ICMP or ICMPv6 flow ends after this time without a packet.</summary>
    public TimeSpan IcmpIdle { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>A flow of any other protocol ends after this time without a packet.</summary>
    public TimeSpan OtherIdle { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Size of the ring between kernel and agent, bytes: a power of two, at least a page.</summary>
    public int RingBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>
    /// UDP destination ports whose flows on an uplink are encapsulations (class <c>overlay</c>): VXLAN (IANA and Linux),
    /// Geneve and WireGuard. At most <see cref="MaxOverlayPorts"/>.
    /// </summary>
    public IReadOnlyList<ushort> OverlayPorts { get; set; } = [4789, 8472, 6081, 51820];
}
