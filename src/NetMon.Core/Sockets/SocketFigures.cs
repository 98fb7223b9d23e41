using System.Runtime.InteropServices;

namespace NetMon.Core.Sockets;

/// <summary>What the kernel's own socket says of a TCP connection (struct tcp_sock), at its close or since; all zero where no socket is local.</summary>
[StructLayout(LayoutKind.Auto)]
public struct SocketFigures
{
    /// <summary>When it was read, nanoseconds of CLOCK_MONOTONIC; 0 = never.</summary>
    public ulong ReadNs;

    /// <summary>Delivery rate, bytes per second (tcp_compute_delivery_rate); 0 = not known.</summary>
    public ulong DeliveryRate;

    /// <summary>Smoothed round trip and its deviation, microseconds (srtt_us / 8, mdev_us / 4).</summary>
    public uint SrttUs;
    public uint RttVarUs;
    public uint MinRttUs;

    /// <summary>Segments sent again, in total (total_retrans).</summary>
    public uint Retransmits;
}
