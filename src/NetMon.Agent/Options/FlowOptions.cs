namespace NetMon.Agent.Options;

/// <summary>How many flows are kept, for how long, and how often they are reported.</summary>
public sealed class FlowOptions
{
    /// <summary>Overlay ports that the kernel program has room for (NETMON_OVERLAY_PORTS of bpf/netmon.h).</summary>
    public const int MaxOverlayPorts = 8;

    private TimeSpan? _tcpIdle;
    private TimeSpan? _udpIdle;
    private TimeSpan? _icmpIdle;
    private TimeSpan? _otherIdle;

    /// <summary>Flows that are held at once; packets of further flows count in overflow buckets.</summary>
    public int MaxFlows { get; set; } = 262_144;

    /// <summary>Time between two reports of an active flow. At least 100 ms.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a flow that failed is listed after its end.</summary>
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>A flow of any protocol ends after this time without a packet, where its protocol's own idle time is not set. Null: each protocol's default.</summary>
    public TimeSpan? FlowTimeout { get; set; }

    /// <summary>A TCP flow that was not established ends after this time without a packet: unanswered, it has failed. More than the 64 s between the last retries of a SYN.</summary>
    public TimeSpan TcpHandshake { get; set; } = TimeSpan.FromSeconds(75);

    /// <summary>A TCP flow ends after this time without a packet.</summary>
    public TimeSpan TcpIdle
    {
        get => _tcpIdle ?? FlowTimeout ?? TimeSpan.FromSeconds(300);
        set => _tcpIdle = value;
    }

    /// <summary>A TCP flow that saw FIN both ways, or RST, ends after this time without a packet.</summary>
    public TimeSpan TcpClosed { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>A UDP or UDP-Lite flow ends after this time without a packet.</summary>
    public TimeSpan UdpIdle
    {
        get => _udpIdle ?? FlowTimeout ?? TimeSpan.FromSeconds(60);
        set => _udpIdle = value;
    }

    /// <summary>An ICMP or ICMPv6 flow ends after this time without a packet.</summary>
    public TimeSpan IcmpIdle
    {
        get => _icmpIdle ?? FlowTimeout ?? TimeSpan.FromSeconds(30);
        set => _icmpIdle = value;
    }

    /// <summary>A flow of any other protocol ends after this time without a packet.</summary>
    public TimeSpan OtherIdle
    {
        get => _otherIdle ?? FlowTimeout ?? TimeSpan.FromSeconds(60);
        set => _otherIdle = value;
    }

    /// <summary>
    /// UDP destination ports whose flows on an uplink are encapsulations (class <c>overlay</c>): VXLAN (IANA and Linux),
    /// Geneve and WireGuard. At most <see cref="MaxOverlayPorts"/>.
    /// </summary>
    public IReadOnlyList<ushort> OverlayPorts { get; set; } = [4789, 8472, 6081, 51820];
}
