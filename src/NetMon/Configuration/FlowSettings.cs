using NetMon.Agent.Options;

namespace NetMon.Configuration;

/// <summary>The settings of section flow.</summary>
internal static class FlowSettings
{
    // Bounds that catch slips of the pen; what fits depends on the machine's memory.
    internal const int MaxFlows = 1 << 24;

    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(100);
    private static readonly ValueFormat<TimeSpan> Interval = ValueFormats.Duration(
        Shortest,
        TimeSpan.FromMinutes(10)
    );
    private static readonly ValueFormat<TimeSpan> Idle = ValueFormats.Duration(
        Shortest,
        TimeSpan.FromHours(24)
    );

    public static IEnumerable<Setting> All { get; } =
    [
        new Setting<int>(
            "flow.max_flows",
            "--max-flows",
            ValueFormats.Whole("number", 1, MaxFlows),
            o => o.Flow.MaxFlows,
            (o, value) => o.Flow.MaxFlows = value,
            "flows held at once; packets of further ones count in overflow buckets"
        )
        {
            Meaning =
                "Flows that are held at once. Packets of further flows are counted in overflow buckets by protocol and direction. Kernel memory is taken as flows come, about 512 bytes each.",
        },
        new Setting<TimeSpan>(
            "flow.interval",
            "--interval",
            Interval,
            o => o.Flow.Interval,
            (o, value) => o.Flow.Interval = value,
            "time between two reports of an active flow"
        )
        {
            ShortVariable = "NETMON_FLOW_AGGREGATION",
            Meaning =
                "Time between two reports of an active flow: how old a figure can be. At least `100ms`.",
        },
        new Setting<TimeSpan>(
            "flow.max_age",
            "--max-age",
            Idle,
            o => o.Flow.MaxAge,
            (o, value) => o.Flow.MaxAge = value,
            "how long a flow that failed is listed after its end"
        )
        {
            IsLive = true,
            Meaning =
                "How long a flow that failed, or was broken off, is listed after its end, in `netmon flows` and `/api/v1/flows` where the filter asks for failures. At most the latest 1,024 of them.",
        },
        new Setting<TimeSpan?>(
            "flow.flow_timeout",
            "--flow-timeout",
            ValueFormats.Optional(Idle, "none"),
            o => o.Flow.FlowTimeout,
            (o, value) => o.Flow.FlowTimeout = value,
            "time without a packet after which a flow ends, whatever its protocol, where flow.timeouts says nothing else"
        )
        {
            Meaning =
                "A flow ends after this time without a packet, whatever its protocol; the idle times of single protocols below are stronger where they are set. `none`: each protocol's own default. It does not change `flow.timeouts.tcp_handshake` and `flow.timeouts.tcp_closed`, which are no idle times.",
        },
        new Setting<TimeSpan>(
            "flow.timeouts.tcp_handshake",
            "--tcp-handshake",
            Idle,
            o => o.Flow.TcpHandshake,
            (o, value) => o.Flow.TcpHandshake = value,
            "time without a packet after which a TCP flow ends that was never established"
        )
        {
            Meaning =
                "A TCP flow that was never established ends after this time without a packet; without an answer, it has failed (`timeout`). The pause between the last two retries of a SYN is 64 s.",
        },
        new Setting<TimeSpan>(
            "flow.timeouts.tcp_idle",
            "--tcp-idle",
            Idle,
            o => o.Flow.TcpIdle,
            (o, value) => o.Flow.TcpIdle = value,
            "time without a packet after which a TCP flow ends"
        )
        {
            Fallback = "flow.flow_timeout",
            Meaning = "A TCP flow ends after this time without a packet.",
        },
        new Setting<TimeSpan>(
            "flow.timeouts.tcp_closed",
            "--tcp-closed",
            Idle,
            o => o.Flow.TcpClosed,
            (o, value) => o.Flow.TcpClosed = value,
            "the same for a TCP flow that was closed by both ends, or reset"
        )
        {
            Meaning =
                "A TCP flow that both ends closed, or that was reset, ends after this time without a packet.",
        },
        new Setting<TimeSpan>(
            "flow.timeouts.udp_idle",
            "--udp-idle",
            Idle,
            o => o.Flow.UdpIdle,
            (o, value) => o.Flow.UdpIdle = value,
            "the same for a UDP or UDP-Lite flow"
        )
        {
            Fallback = "flow.flow_timeout",
            Meaning = "A UDP or UDP-Lite flow ends after this time without a packet.",
        },
        new Setting<TimeSpan>(
            "flow.timeouts.icmp_idle",
            "--icmp-idle",
            Idle,
            o => o.Flow.IcmpIdle,
            (o, value) => o.Flow.IcmpIdle = value,
            "the same for an ICMP or ICMPv6 flow"
        )
        {
            Fallback = "flow.flow_timeout",
            Meaning = "An ICMP or ICMPv6 flow ends after this time without a packet.",
        },
        new Setting<TimeSpan>(
            "flow.timeouts.other_idle",
            "--other-idle",
            Idle,
            o => o.Flow.OtherIdle,
            (o, value) => o.Flow.OtherIdle = value,
            "the same for a flow of any other protocol"
        )
        {
            Fallback = "flow.flow_timeout",
            Meaning = "A flow of any other protocol ends after this time without a packet.",
        },
        new ListSetting<ushort>(
            "flow.overlay_ports",
            "--overlay-port",
            ValueFormats.Whole<ushort>("port", 1, ushort.MaxValue),
            FlowOptions.MaxOverlayPorts,
            o => o.Flow.OverlayPorts,
            (o, value) => o.Flow.OverlayPorts = value,
            "UDP port whose flows on an uplink are encapsulations"
        )
        {
            Meaning =
                "UDP destination ports whose flows on an uplink are encapsulations (class `overlay`): VXLAN by IANA and by Linux, Geneve, WireGuard. At most 8.",
        },
    ];
}
