namespace NetMon.Lab.Captures;

/// <summary>Link types of the tcpdump group's registry (LINKTYPE_ values) that the captures use.</summary>
public enum LinkType
{
    /// <summary>Four bytes of address family, in the byte order of the machine that captured.</summary>
    Null = 0,
    Ethernet = 1,
    Ppp = 9,

    /// <summary>DLT_RAW as BSD and Linux number it; an IP packet.</summary>
    RawBsd = 12,

    /// <summary>DLT_RAW as OpenBSD numbers it; an IP packet.</summary>
    RawOpenBsd = 14,
    Raw = 101,
    CiscoHdlc = 104,

    /// <summary>As <see cref="Null"/>, in network byte order.</summary>
    Loop = 108,

    /// <summary>Linux "cooked" capture, of the device "any".</summary>
    LinuxCooked = 113,
    IPv4 = 228,
    IPv6 = 229,
    NetfilterLog = 239,
    LinuxCooked2 = 276,
}

/// <summary>One packet of a capture file.</summary>
/// <param name="Number">Counted from 1, as tshark's frame.number.</param>
/// <param name="TimeNs">Nanoseconds since 1970; 0 where the file has none (simple packet blocks).</param>
/// <param name="WireLength">Bytes that the packet had; more than <paramref name="Data"/> holds where it was cut.</param>
/// <param name="Interface">Index of the interface in its pcapng section; 0 in classic files.</param>
public sealed record CapturedPacket(
    int Number,
    LinkType Link,
    long TimeNs,
    ReadOnlyMemory<byte> Data,
    int WireLength,
    int Interface
);
