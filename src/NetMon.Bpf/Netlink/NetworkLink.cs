using System.Collections.Immutable;
using System.Net;

namespace NetMon.Bpf.Netlink;

/// <summary>An address of an interface.</summary>
/// <param name="Address">IPv4 or IPv6.</param>
/// <param name="PrefixLength">Bits of the network.</param>
/// <param name="Global">Its scope is global or site: it can be a peer of hosts beyond the link.</param>
public readonly record struct LinkAddress(IPAddress Address, int PrefixLength, bool Global);

/// <summary>An interface of a network namespace, as the kernel describes it.</summary>
/// <param name="Index">Its number in its namespace, not used again for another.</param>
/// <param name="Name">May change; unique at a time.</param>
/// <param name="Link">What its packets begin with.</param>
/// <param name="Up">Switched on by its administrator.</param>
/// <param name="Running">Switched on, and its carrier is there.</param>
/// <param name="Loopback">It is a loopback interface.</param>
/// <param name="Kind">veth, bridge, vxlan, ...; empty for hardware.</param>
/// <param name="LowerIndex">A veth's peer, or the interface below (VLAN, macvlan, tunnel); by its index in its own namespace; 0 = none.</param>
/// <param name="PeerInOtherNamespace"><paramref name="LowerIndex"/> is in another network namespace.</param>
/// <param name="PeerNamespace">The kernel's number for that namespace (NSID); null if it has none.</param>
/// <param name="MasterIndex">The bridge or bond that it is a port of; 0 = none.</param>
/// <param name="HasDefaultRoute">An IPv4 or IPv6 default route of any table leaves through it.</param>
/// <param name="Addresses">In no particular order.</param>
public readonly record struct NetworkLink(
    int Index,
    string Name,
    LinkLayer Link,
    bool Up,
    bool Running,
    bool Loopback,
    string Kind,
    int LowerIndex,
    bool PeerInOtherNamespace,
    int? PeerNamespace,
    int MasterIndex,
    bool HasDefaultRoute,
    ImmutableArray<LinkAddress> Addresses
)
{
    /// <summary>It has an address that hosts beyond the link can reach.</summary>
    public bool HasAddress
    {
        get
        {
            foreach (var address in Addresses)
            {
                if (address.Global)
                {
                    return true;
                }
            }

            return false;
        }
    }
}

/// <summary>Told of every change of a namespace's interfaces, on the watcher's one thread, in the order of the changes.</summary>
/// <remarks>An interface may have vanished again by the time that it is reported. An exception of a method is handed to <see cref="Failed"/>.</remarks>
public interface ILinkObserver
{
    void Added(in NetworkLink link);

    void Changed(in NetworkLink before, in NetworkLink after);

    void Removed(in NetworkLink link);

    /// <summary>Something went wrong; the watcher goes on, and lists everything anew where it has to.</summary>
    void Failed(Exception error);
}
