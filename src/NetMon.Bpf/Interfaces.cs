namespace NetMon.Bpf;

/// <summary>The side of an interface, as traffic control calls it.</summary>
public enum Hook
{
    /// <summary>Packets that enter the host through the interface.</summary>
    Ingress,

    /// <summary>Packets that leave the host through the interface.</summary>
    Egress,
}

/// <summary>What a packet begins with on an interface.</summary>
public enum LinkLayer
{
    Ethernet,

    /// <summary>No link header: packets begin with the IP header (tun, WireGuard, PPP, IP tunnels).</summary>
    None,

    /// <summary>A link header that the programs cannot read (InfiniBand, radiotap, ...): the interface cannot be observed.</summary>
    Unsupported,
}

/// <summary>Why an interface is observed; twin of enum interface_kind.</summary>
public enum InterfaceKind : uint
{
    Other,
    Uplink,

    /// <summary>A pod's or container's own interface: its peer is in another network namespace.</summary>
    Pod,
}
