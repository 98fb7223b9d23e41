using System.Runtime.InteropServices;

namespace NetMon.Bpf.Records;

/// <summary>Twin of struct interface_info: an interface under observation.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct InterfaceInfo
{
    /// <summary>When observation began, nanoseconds of CLOCK_MONOTONIC.</summary>
    public ulong SinceNs;
    public InterfaceKind Kind;
    public uint Reserved;
}
