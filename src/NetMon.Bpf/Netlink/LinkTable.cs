using System.Collections.Immutable;
using System.Net;
using System.Text;
using static NetMon.Bpf.Netlink.RouteProtocol;

namespace NetMon.Bpf.Netlink;

/// <summary>The interfaces as far as the events tell, and who is told of changes. Written by one thread; <see cref="Links"/> is a snapshot for any.</summary>
internal sealed class LinkTable(ILinkObserver observer)
{
    private volatile ImmutableDictionary<int, NetworkLink> _links = ImmutableDictionary<
        int,
        NetworkLink
    >.Empty;

    public ImmutableDictionary<int, NetworkLink> Links => _links;

    /// <summary>The link that a message describes, with the addresses and routes that are known of it.</summary>
    public static NetworkLink Describe(in LinkMessage message, in NetworkLink? known)
    {
        var name = Encoding.UTF8.GetString(message.Name);
        var kind = Encoding.UTF8.GetString(message.Kind);
        return new NetworkLink(
            message.Index,
            name,
            HardwareType.LinkLayerOf(message.Hardware),
            (message.Flags & IFF_UP) != 0,
            (message.Flags & IFF_RUNNING) != 0,
            (message.Flags & IFF_LOOPBACK) != 0,
            kind,
            message.LowerIndex,
            message.LowerNamespace.HasValue,
            message.LowerNamespace is >= 0 ? message.LowerNamespace : null,
            message.MasterIndex,
            known?.HasDefaultRoute ?? false,
            known?.Addresses ?? []
        );
    }

    public static LinkAddress Describe(in AddressMessage message) =>
        new(new IPAddress(message.Address), message.PrefixLength, message.Scope <= RT_SCOPE_SITE);

    public void Put(in LinkMessage message)
    {
        NetworkLink? known = _links.TryGetValue(message.Index, out var link) ? link : null;
        Put(Describe(in message, in known));
    }

    public void Remove(int index)
    {
        if (_links.TryGetValue(index, out var link))
        {
            _links = _links.Remove(index);
            Tell(() => observer.Removed(in link));
        }
    }

    /// <returns>The interface, if it is known.</returns>
    public NetworkLink? AddAddress(in AddressMessage message)
    {
        if (!_links.TryGetValue(message.Index, out var link))
        {
            return null;
        }

        var address = Describe(in message);
        if (!link.Addresses.Contains(address))
        {
            Put(link with { Addresses = link.Addresses.Add(address) });
        }

        return link;
    }

    /// <returns>The interface, if it is known.</returns>
    public NetworkLink? RemoveAddress(in AddressMessage message)
    {
        if (!_links.TryGetValue(message.Index, out var link))
        {
            return null;
        }

        var rest = link.Addresses.Remove(Describe(in message));
        if (rest.Length != link.Addresses.Length)
        {
            Put(link with { Addresses = rest });
        }

        return link;
    }

    /// <param name="indexes">The interfaces that have one.</param>
    /// <param name="whole">As of <see cref="Replace"/>.</param>
    public void SetDefaultRoutes(IReadOnlySet<int> indexes, bool whole)
    {
        foreach (var (index, link) in _links)
        {
            Put(link with { HasDefaultRoute = indexes.Contains(index) || (!whole && link.HasDefaultRoute) });
        }
    }

    /// <summary>Takes over a full list: tells of what differs from what was known.</summary>
    /// <param name="list">By number.</param>
    /// <param name="whole">False: something changed while the kernel wrote it, so that what it does not have may be there all the same: it stays as it is known.</param>
    public void Replace(Dictionary<int, NetworkLink> list, bool whole)
    {
        foreach (var index in whole ? _links.Keys : [])
        {
            if (!list.ContainsKey(index))
            {
                Remove(index);
            }
        }

        foreach (var link in list.Values)
        {
            Put(whole || !_links.TryGetValue(link.Index, out var known) ? link : Join(in link, in known));
        }
    }

    private static NetworkLink Join(in NetworkLink listed, in NetworkLink known) =>
        listed with
        {
            HasDefaultRoute = listed.HasDefaultRoute || known.HasDefaultRoute,
            Addresses = [.. listed.Addresses.Union(known.Addresses)],
        };

    private void Put(NetworkLink after)
    {
        if (!_links.TryGetValue(after.Index, out var before))
        {
            _links = _links.Add(after.Index, after);
            Tell(() => observer.Added(in after));
            return;
        }

        if (SameAddresses(before.Addresses, after.Addresses))
        {
            after = after with { Addresses = before.Addresses };
        }

        if (before != after)
        {
            _links = _links.SetItem(after.Index, after);
            Tell(() => observer.Changed(in before, in after));
        }
    }

    private static bool SameAddresses(ImmutableArray<LinkAddress> some, ImmutableArray<LinkAddress> others)
    {
        if (some.Length != others.Length)
        {
            return false;
        }

        foreach (var address in some)
        {
            if (!others.Contains(address))
            {
                return false;
            }
        }

        return true;
    }

    private void Tell(Action change)
    {
        try
        {
            change();
        }
#pragma warning disable CA1031 // One observer's fault must not stop the watching.
        catch (Exception error)
#pragma warning restore CA1031
        {
            observer.Failed(error);
        }
    }
}
