using System.Runtime.InteropServices;

namespace NetMon.Bpf.Probing;

/// <summary>What the kernel says about its clock.</summary>
public static unsafe partial class HostClock
{
    private const int TimexBytes = 256; // struct timex has 208
    private const int StatusOffset = 40;
    private const int STA_UNSYNC = 0x40;

    /// <summary>Whether something (NTP, PTP, a hypervisor) disciplines the clock; null if the kernel does not tell.</summary>
    public static bool? IsSynchronised()
    {
        var timex = stackalloc byte[TimexBytes];
        new Span<byte>(timex, TimexBytes).Clear();
        return adjtimex(timex) < 0 ? null : (*(int*)(timex + StatusOffset) & STA_UNSYNC) == 0;
    }

    /// <summary>struct timex all 0 reads and changes nothing.</summary>
    /// <returns>The clock's state; -1 on failure.</returns>
    [LibraryImport("libc")]
    private static partial int adjtimex(byte* timex);
}
