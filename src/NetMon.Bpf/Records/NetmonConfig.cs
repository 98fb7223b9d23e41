using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NetMon.Bpf.Records;

/// <summary>Twin of the array of struct netmon_config: UDP destination ports, host byte order, 0 = unused.</summary>
[InlineArray(Length)]
internal struct OverlayPorts
{
    /// <summary>NETMON_OVERLAY_PORTS.</summary>
    public const int Length = 8;

    private ushort _element;
}

/// <summary>Twin of struct netmon_config: settings, times in nanoseconds.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NetmonConfig
{
    public ulong IntervalNs;
    public ulong TcpHandshakeNs;
    public ulong TcpIdleNs;
    public ulong TcpClosedNs;
    public ulong UdpIdleNs;
    public ulong IcmpIdleNs;
    public ulong OtherIdleNs;
    public ulong DeleteAfterNs;
    public OverlayPorts OverlayPorts;
    public uint TcpHealth;
    public uint Reserved;

    public static NetmonConfig From(FlowProgramOptions options)
    {
        var config = new NetmonConfig
        {
            IntervalNs = Nanoseconds(options.Interval),
            TcpHandshakeNs = Nanoseconds(options.TcpHandshake),
            TcpIdleNs = Nanoseconds(options.TcpIdle),
            TcpClosedNs = Nanoseconds(options.TcpClosed),
            UdpIdleNs = Nanoseconds(options.UdpIdle),
            IcmpIdleNs = Nanoseconds(options.IcmpIdle),
            OtherIdleNs = Nanoseconds(options.OtherIdle),
            DeleteAfterNs = Nanoseconds(options.DeleteAfter),
            TcpHealth = options.TcpHealth ? 1u : 0u,
        };
        options.OverlayPorts.CopyTo(config.OverlayPorts);
        return config;
    }

    private static ulong Nanoseconds(TimeSpan time) => (ulong)time.Ticks * TimeSpan.NanosecondsPerTick;
}
