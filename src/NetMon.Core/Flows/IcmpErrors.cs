namespace NetMon.Core.Flows;

/// <summary>What ICMP errors say about the flow they quote.</summary>
public static class IcmpErrors
{
    /// <summary>
    /// The cause that an ICMP error of this type and code stands for; <see cref="FlowCause.None"/> for messages that
    /// refuse nothing (redirect, source quench).
    /// </summary>
    /// <remarks>IPv4: RFC 792, RFC 1122 section 3.2.2, RFC 1812 section 5.2.7. IPv6: RFC 4443 section 3, RFC 8883.</remarks>
    public static FlowCause Cause(bool isIPv4, byte type, byte code) =>
        isIPv4 ? CauseV4(type, code) : CauseV6(type, code);

    private static FlowCause CauseV4(byte type, byte code) =>
        (type, code) switch
        {
            (3, 2) => FlowCause.UnreachableProtocol,
            (3, 3) => FlowCause.UnreachablePort,
            (3, 4) => FlowCause.FragmentationNeeded,
            // Host: unreachable, unknown, isolated, unreachable for this type of service.
            (3, 1 or 7 or 8 or 12) => FlowCause.UnreachableHost,
            // Network prohibited, host prohibited, filtered, precedence violation, precedence cut-off.
            (3, 9 or 10 or 13 or 14 or 15) => FlowCause.Prohibited,
            // Network: unreachable, source route failed, unknown, unreachable for this type of service.
            (3, _) => FlowCause.UnreachableNetwork,
            (11, _) => FlowCause.TimeExceeded,
            (12, _) => FlowCause.ParameterProblem,
            _ => FlowCause.None,
        };

    private static FlowCause CauseV6(byte type, byte code) =>
        (type, code) switch
        {
            (1, 3) => FlowCause.UnreachableHost,
            (1, 4) => FlowCause.UnreachablePort,
            // Prohibited, source address failed policy, reject route.
            (1, 1 or 5 or 6) => FlowCause.Prohibited,
            // A chain of headers too long to process (RFC 8883 section 3.4).
            (1, 8) => FlowCause.ParameterProblem,
            // No route, beyond the scope of the source, error in a source routing header.
            (1, _) => FlowCause.UnreachableNetwork,
            (2, _) => FlowCause.FragmentationNeeded,
            (3, _) => FlowCause.TimeExceeded,
            // Unrecognized next header: what IPv4 calls protocol unreachable.
            (4, 1) => FlowCause.UnreachableProtocol,
            (4, _) => FlowCause.ParameterProblem,
            _ => FlowCause.None,
        };
}
