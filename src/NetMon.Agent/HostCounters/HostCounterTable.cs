namespace NetMon.Agent.HostCounters;

/// <summary>One of the kernel's own counters that is shown.</summary>
/// <param name="Section">As in /proc/net/snmp and /proc/net/netstat; of /proc/net/snmp6 the name's beginning.</param>
/// <param name="Name">The kernel's name, without the section.</param>
/// <param name="Meaning">What it counts.</param>
internal sealed record HostCounter(string Section, string Name, string Meaning)
{
    /// <summary>Value of the label protocol: the section, such as <c>Tcp</c>, <c>TcpExt</c>, <c>Ip6</c>.</summary>
    public string Protocol => Section;
}

/// <summary>The counters of protocols that tell of drops, errors and overload; <c>docs/drops.md</c> lists the same, a test compares them.</summary>
internal static class HostCounterTable
{
    public static IReadOnlyList<HostCounter> All { get; } =
    [
        new("Ip", "InHdrErrors", "broken IP headers, TTL used up"),
        new("Ip", "InAddrErrors", "destinations that are not this host, which does not forward"),
        new("Ip", "InUnknownProtos", "protocols that nobody handles"),
        new("Ip", "InDiscards", "received, and no room"),
        new("Ip", "OutDiscards", "to be sent, and no room"),
        new("Ip", "OutNoRoutes", "no route"),
        new("Ip", "ReasmFails", "datagrams whose fragments did not all come"),
        new("Ip", "FragFails", "too large, and not to be fragmented"),
        new("Icmp", "InErrors", "broken ICMP messages"),
        new("Icmp", "InDestUnreachs", "told that a destination is unreachable"),
        new("Icmp", "InTimeExcds", "told that a TTL was used up"),
        new("Icmp", "OutRateLimitGlobal", "ICMP errors not sent: too many"),
        new("Icmp", "OutRateLimitHost", "ICMP errors not sent: too many to one host"),
        new("Tcp", "ActiveOpens", "connections begun by this host"),
        new("Tcp", "PassiveOpens", "connections accepted"),
        new("Tcp", "AttemptFails", "connections that did not come about"),
        new("Tcp", "EstabResets", "established connections that were reset"),
        new("Tcp", "RetransSegs", "segments sent again"),
        new("Tcp", "InErrs", "broken segments"),
        new("Tcp", "InCsumErrors", "wrong checksums"),
        new("Tcp", "OutRsts", "RST sent"),
        new("Udp", "NoPorts", "nobody listened"),
        new("Udp", "InErrors", "received, and not delivered"),
        new("Udp", "RcvbufErrors", "a socket's receive buffer was full"),
        new("Udp", "SndbufErrors", "a socket's send buffer was full"),
        new("Udp", "InCsumErrors", "wrong checksums"),
        new("Udp", "MemErrors", "UDP's memory was used up"),
        new("TcpExt", "SyncookiesSent", "SYN cookies sent: a listener's queue was full"),
        new("TcpExt", "SyncookiesFailed", "SYN cookies that came back wrong"),
        new("TcpExt", "PruneCalled", "receive buffers tidied because they were full"),
        new("TcpExt", "RcvPruned", "segments thrown away by that"),
        new("TcpExt", "OfoPruned", "out-of-order segments thrown away by that"),
        new("TcpExt", "PAWSEstab", "segments with a timestamp that is too old"),
        new("TcpExt", "ListenOverflows", "connections that found the accept queue full"),
        new("TcpExt", "ListenDrops", "SYNs dropped by listeners, for any reason"),
        new("TcpExt", "TCPBacklogDrop", "segments that found a socket's backlog full"),
        new("TcpExt", "TCPRcvQDrop", "segments that found no memory"),
        new("TcpExt", "TCPZeroWindowDrop", "segments into a window of 0"),
        new("TcpExt", "TCPOFODrop", "out-of-order segments that found no room"),
        new("TcpExt", "TCPReqQFullDrop", "SYNs dropped because the queue of half-open connections was full"),
        new("TcpExt", "TCPReqQFullDoCookies", "SYN cookies sent because it was"),
        new("TcpExt", "TCPAbortOnMemory", "connections given up for want of memory"),
        new("TcpExt", "TCPAbortOnTimeout", "connections given up after too many retries"),
        new("TcpExt", "TCPAbortFailed", "RST that could not be sent"),
        new("TcpExt", "TCPMemoryPressures", "times that TCP ran short of memory"),
        new("TcpExt", "TCPTimeouts", "retransmission time-outs"),
        new("TcpExt", "TCPSynRetrans", "SYN and SYN/ACK sent again"),
        new("TcpExt", "TCPLostRetransmit", "retransmissions that were lost again"),
        new("TcpExt", "TCPSpuriousRtos", "time-outs that were too early"),
        new("TcpExt", "TCPMinTTLDrop", "TTL less than the socket asks for"),
        new("TcpExt", "IPReversePathFilter", "refused by rp_filter"),
        new("IpExt", "InNoRoutes", "to be forwarded, and no route"),
        new("IpExt", "InTruncatedPkts", "shorter than their headers say"),
        new("IpExt", "InCsumErrors", "wrong checksums"),
        new("Ip6", "InHdrErrors", "as Ip, of IPv6"),
        new("Ip6", "InTooBigErrors", "too large to be forwarded"),
        new("Ip6", "InNoRoutes", "to be forwarded, and no route"),
        new("Ip6", "InAddrErrors", "as Ip, of IPv6"),
        new("Ip6", "InDiscards", "as Ip, of IPv6"),
        new("Ip6", "InTruncatedPkts", "as IpExt, of IPv6"),
        new("Ip6", "OutDiscards", "as Ip, of IPv6"),
        new("Ip6", "OutNoRoutes", "as Ip, of IPv6"),
        new("Ip6", "ReasmFails", "as Ip, of IPv6"),
        new("Ip6", "FragFails", "as Ip, of IPv6"),
        new("Icmp6", "InErrors", "as Icmp, of IPv6"),
        new("Icmp6", "OutRateLimitHost", "as Icmp, of IPv6"),
        new("Udp6", "NoPorts", "as Udp, of IPv6"),
        new("Udp6", "InErrors", "as Udp, of IPv6"),
        new("Udp6", "RcvbufErrors", "as Udp, of IPv6"),
        new("Udp6", "SndbufErrors", "as Udp, of IPv6"),
        new("Udp6", "InCsumErrors", "as Udp, of IPv6"),
    ];
}
