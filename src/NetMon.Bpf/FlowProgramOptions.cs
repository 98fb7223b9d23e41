using NetMon.Bpf.Records;

namespace NetMon.Bpf;

/// <summary>What the kernel programs are loaded with; fixed while they are loaded.</summary>
public sealed class FlowProgramOptions
{
    public const int MaxOverlayPorts = Records.OverlayPorts.Length;

    /// <summary>Flows that the kernel can hold; memory is taken as they come.</summary>
    public int MaxFlows { get; init; } = 262_144;

    /// <summary>Bytes of the ring of records: a power of two and a multiple of the page size.</summary>
    public int RingBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>Fragmented datagrams that the kernel can remember at once.</summary>
    public int MaxFragments { get; init; } = 8192;

    /// <summary>Between the records of a flow that has packets.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Silence after which a TCP flow ends whose handshake has not completed. Longer than the longest pause between retries of a SYN, 64 s.</summary>
    public TimeSpan TcpHandshake { get; init; } = TimeSpan.FromSeconds(75);

    /// <summary>Silence after which a TCP flow ends.</summary>
    public TimeSpan TcpIdle { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>Silence after which a TCP flow ends that was closed or reset.</summary>
    public TimeSpan TcpClosed { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Silence after which a UDP flow ends.</summary>
    public TimeSpan UdpIdle { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Silence after which an ICMP flow ends.</summary>
    public TimeSpan IcmpIdle { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Silence after which a flow of any other protocol ends.</summary>
    public TimeSpan OtherIdle { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>From the end of a flow to the deletion of its entry: longer than a CPU, virtual ones included, may stand still within a program.</summary>
    public TimeSpan DeleteAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>UDP destination ports of encapsulations, at most <see cref="MaxOverlayPorts"/>: VXLAN (IANA and Linux), Geneve, WireGuard.</summary>
    public ushort[] OverlayPorts { get; init; } = [4789, 8472, 6081, 51820];

    /// <summary>
    /// Whether the programs measure round trips and first-byte latency, watch windows, and tell the kinds of loss apart. Without, what an end
    /// sends below the highest number it has sent counts as retransmitted, and the rest stays 0.
    /// </summary>
    public bool TcpHealth { get; init; } = true;

    /// <summary>One flow of so many is counted; can be changed later.</summary>
    public int SamplingRate { get; init; } = 1;

    /// <exception cref="ArgumentException">A value that the kernel would refuse, or that has no meaning.</exception>
    internal static void Validate(FlowProgramOptions options)
    {
        Require(options, options.MaxFlows > 0, $"{nameof(MaxFlows)} must be more than 0");
        Require(
            options,
            options.SamplingRate is >= 1 and <= NetmonSampling.MaxRate,
            $"{nameof(SamplingRate)} must be from 1 to {NetmonSampling.MaxRate}"
        );
        Require(options, options.MaxFragments > 0, $"{nameof(MaxFragments)} must be more than 0");
        Require(
            options,
            int.IsPow2(options.RingBytes) && options.RingBytes % Environment.SystemPageSize == 0,
            $"{nameof(RingBytes)} must be a power of two and a multiple of {Environment.SystemPageSize}"
        );
        RequirePositive(options, options.Interval, nameof(Interval));
        RequirePositive(options, options.TcpHandshake, nameof(TcpHandshake));
        RequirePositive(options, options.TcpIdle, nameof(TcpIdle));
        RequirePositive(options, options.TcpClosed, nameof(TcpClosed));
        RequirePositive(options, options.UdpIdle, nameof(UdpIdle));
        RequirePositive(options, options.IcmpIdle, nameof(IcmpIdle));
        RequirePositive(options, options.OtherIdle, nameof(OtherIdle));
        Require(
            options,
            options.OverlayPorts.Length <= MaxOverlayPorts,
            $"{nameof(OverlayPorts)} can have {MaxOverlayPorts} ports at most"
        );
    }

    private static void RequirePositive(FlowProgramOptions options, TimeSpan time, string name) =>
        Require(options, time > TimeSpan.Zero, $"{name} must be more than 0");

    private static void Require(FlowProgramOptions options, bool holds, string message)
    {
        if (!holds)
        {
            throw new ArgumentException(message, nameof(options));
        }
    }
}
