using System.Runtime.InteropServices;
using NetMon.Bpf.Interop;
using static NetMon.Bpf.Netlink.NetlinkProtocol;
using static NetMon.Bpf.Netlink.RouteProtocol;

namespace NetMon.Bpf.Netlink;

public enum NamespaceListing
{
    Listed,

    /// <summary>The namespace or the interface is not there any more, or its number belongs to another namespace by now.</summary>
    Gone,

    /// <summary>The kernel does not tell: see <see cref="NamespaceAddressLister.Refusal"/>.</summary>
    Refused,

    /// <summary>Addresses came and went while the kernel listed them, each time: some may be missing. To be asked again.</summary>
    Disturbed,
}

/// <summary>Asks for the addresses of an interface in another network namespace, without entering it. One thread only.</summary>
/// <remarks>
/// The namespace is named by its number (NSID) in the namespace of the thread that opened this: RTM_GETADDR with IFA_TARGET_NETNSID, since
/// Linux 4.20 (net/ipv4/devinet.c, inet_valid_dump_ifaddr_req). A kernel that ignores the attribute tells of its own namespace
/// instead; what lacks the attribute in its answer is not believed.
/// </remarks>
public sealed class NamespaceAddressLister : IDisposable
{
    /// <summary>Lists that something changed under are asked for again, so often.</summary>
    private const int MaxAttempts = 4;

    /// <summary>
    /// As many addresses come with one read, whatever memory the kernel has. A list of more goes on by the number of addresses that it has passed, leaves
    /// one out for each of those that has gone meanwhile, and says so of lists of all interfaces only (net/ipv4/devinet.c, inet_dump_addr): it
    /// counts if the one after it is the same.
    /// </summary>
    private const int FirstRead = 32;

    private readonly NetlinkSocket _socket;

    private NamespaceAddressLister(NetlinkSocket socket)
    {
        _socket = socket;
        if (!socket.FiltersDumps)
        {
            Refusal = "the kernel cannot list another namespace's addresses (Linux before 4.20)";
        }
    }

    /// <summary>Why the kernel does not tell, for the user; null as long as nothing was refused.</summary>
    public string? Refusal { get; private set; }

    /// <summary>Opens a socket in the network namespace of the calling thread.</summary>
    /// <exception cref="BpfException">There is no socket to be had.</exception>
    public static NamespaceAddressLister Open() => new(NetlinkSocket.Open(NETLINK_ROUTE));

    /// <param name="namespaceId">The kernel's number for the namespace: <see cref="NetworkLink.PeerNamespace"/>.</param>
    /// <param name="ifindex">The interface, by its number there: <see cref="NetworkLink.LowerIndex"/>.</param>
    /// <param name="addresses">Emptied, then filled; complete only where the result is <see cref="NamespaceListing.Listed"/>.</param>
    /// <exception cref="BpfException">There is no answer.</exception>
    public NamespaceListing List(int namespaceId, int ifindex, ICollection<LinkAddress> addresses)
    {
        ArgumentNullException.ThrowIfNull(addresses);
        addresses.Clear();
        if (!_socket.FiltersDumps)
        {
            return NamespaceListing.Refused;
        }

        var (error, isWhole) = (0, false);
        HashSet<LinkAddress>? before = null;
        Span<byte> buffer = stackalloc byte[NetlinkWriter.MaxBytes];
        for (var attempt = 0; attempt < MaxAttempts && error == 0 && !isWhole; attempt++)
        {
            before = attempt == 0 ? null : [.. addresses];
            addresses.Clear();
            var request = new NetlinkWriter(buffer, RTM_GETADDR, NLM_F_DUMP);
            request.Append(new AddressHeader { Index = ifindex });
            request.Attribute(IFA_TARGET_NETNSID, namespaceId);
            var collector = new Collector(addresses, namespaceId, ifindex);
            error = _socket.TryDump(in request, ref collector, out var consistent);
            if (collector.OwnNamespace)
            {
                return Refuse("the kernel tells of its own namespace's addresses only");
            }

            isWhole = consistent && (addresses.Count <= FirstRead || before?.SetEquals(addresses) == true);
        }

        return error switch
        {
            0 => isWhole ? NamespaceListing.Listed : NamespaceListing.Disturbed,
            Errno.EPERM or Errno.EACCES or Errno.EOPNOTSUPP => Refuse(
                $"{Marshal.GetPInvokeErrorMessage(error)} (errno {error}); this needs CAP_NET_ADMIN"
            ),
            _ => NamespaceListing.Gone,
        };
    }

    public void Dispose() => _socket.Dispose();

    private NamespaceListing Refuse(string reason)
    {
        Refusal = reason;
        return NamespaceListing.Refused;
    }

    private struct Collector(ICollection<LinkAddress> addresses, int namespaceId, int ifindex)
        : INetlinkVisitor
    {
        public bool OwnNamespace { get; private set; }

        public void OnMessage(in NetlinkMessage message)
        {
            if (message.Type != RTM_NEWADDR || !AddressMessage.TryParse(message.Payload, out var address))
            {
                return;
            }

            if (address.TargetNamespace != namespaceId)
            {
                OwnNamespace = true;
            }
            else if (address.Index == ifindex)
            {
                addresses.Add(LinkTable.Describe(in address));
            }
        }
    }
}
