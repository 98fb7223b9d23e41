using System.Collections.Immutable;
using NetMon.Bpf.Interop;
using static NetMon.Bpf.Netlink.NetlinkProtocol;
using static NetMon.Bpf.Netlink.RouteProtocol;

namespace NetMon.Bpf.Netlink;

/// <summary>Asks the kernel for interfaces, addresses and default routes.</summary>
internal sealed class LinkLister(NetlinkSocket socket)
{
    /// <summary>Lists that something changed under are asked for again, so often.</summary>
    private const int MaxAttempts = 16;

    /// <param name="consistent">Whether nothing changed while the last attempt was listed.</param>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public Dictionary<int, NetworkLink> List(out bool consistent)
    {
        for (var attempt = 1; ; attempt++)
        {
            var links = new LinkCollector([]);
            consistent = Dump(RTM_GETLINK, AF_UNSPEC, ref links, "list the interfaces");
            var addresses = new AddressCollector(links.Links);
            consistent &= Dump(RTM_GETADDR, AF_UNSPEC, ref addresses, "list the addresses");
            var routes = ListDefaultRoutes(out var routesConsistent);
            consistent &= routesConsistent;
            if (consistent || attempt == MaxAttempts)
            {
                foreach (var index in routes)
                {
                    if (links.Links.TryGetValue(index, out var link))
                    {
                        links.Links[index] = link with { HasDefaultRoute = true };
                    }
                }

                return links.Links;
            }
        }
    }

    /// <summary>The numbers of all interfaces; where they come and go all the time, those that were there for the whole list, and some of the others.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public HashSet<int> ListIndexes()
    {
        var links = new LinkCollector([]);
        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            if (Dump(RTM_GETLINK, AF_UNSPEC, ref links, "list the interfaces"))
            {
                break;
            }
        }

        return [.. links.Links.Keys];
    }

    /// <summary>Indexes of the interfaces through which default routes leave.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public HashSet<int> ListDefaultRoutes(out bool consistent)
    {
        var routes = new RouteCollector([]);
        consistent = Dump(RTM_GETROUTE, AF_INET, ref routes, "list the IPv4 routes");
        consistent &= Dump(RTM_GETROUTE, AF_INET6, ref routes, "list the IPv6 routes");
        return routes.Indexes;
    }

    /// <summary>Asks for one interface.</summary>
    /// <param name="index">Which.</param>
    /// <param name="visitor">Takes RTM_NEWLINK, if the interface exists.</param>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public void Get<T>(int index, ref T visitor)
        where T : INetlinkVisitor
    {
        var request = new NetlinkWriter(stackalloc byte[NetlinkWriter.MaxBytes], RTM_GETLINK, NLM_F_ACK);
        request.Append(new InterfaceInfoMessage { Index = index });
        request.Attribute(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
        var error = socket.Request(in request, ref visitor, out var detail);
        if (error is not (0 or Errno.ENODEV))
        {
            throw new BpfException($"ask for interface {index}", error, detail);
        }
    }

    private bool Dump<T>(ushort type, byte family, ref T visitor, string operation)
        where T : INetlinkVisitor
    {
        var request = new NetlinkWriter(stackalloc byte[NetlinkWriter.MaxBytes], type, NLM_F_DUMP);
        switch (type)
        {
            case RTM_GETLINK:
                request.Append(new InterfaceInfoMessage { Family = family });
                request.Attribute(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
                break;
            case RTM_GETADDR:
                request.Append(new AddressHeader { Family = family });
                break;
            default:
                request.Append(new RouteHeader { Family = family });
                break;
        }

        return socket.Dump(in request, ref visitor, operation);
    }

    private readonly struct LinkCollector(Dictionary<int, NetworkLink> links) : INetlinkVisitor
    {
        public Dictionary<int, NetworkLink> Links => links;

        public void OnMessage(in NetlinkMessage message)
        {
            if (
                message.Type == RTM_NEWLINK
                && LinkMessage.TryParse(message.Payload, out var link)
                && link.Family == AF_UNSPEC
                && !link.Name.IsEmpty
            )
            {
                links[link.Index] = LinkTable.Describe(in link, null);
            }
        }
    }

    private readonly struct AddressCollector(Dictionary<int, NetworkLink> links) : INetlinkVisitor
    {
        public void OnMessage(in NetlinkMessage message)
        {
            if (
                message.Type == RTM_NEWADDR
                && AddressMessage.TryParse(message.Payload, out var address)
                && links.TryGetValue(address.Index, out var link)
            )
            {
                links[address.Index] = link with
                {
                    Addresses = link.Addresses.Add(LinkTable.Describe(in address)),
                };
            }
        }
    }

    private readonly struct RouteCollector(HashSet<int> indexes) : INetlinkVisitor
    {
        public HashSet<int> Indexes => indexes;

        public void OnMessage(in NetlinkMessage message)
        {
            if (
                message.Type != RTM_NEWROUTE
                || !RouteMessage.TryParse(message.Payload, out var route)
                || !route.IsDefault
            )
            {
                return;
            }

            if (route.OutIndex > 0)
            {
                indexes.Add(route.OutIndex);
            }

            var hops = route.NextHops;
            while (hops.TryRead(out var index))
            {
                indexes.Add(index);
            }
        }
    }
}
