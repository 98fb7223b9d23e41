using System.Net;
using NetMon.Bpf.Netlink;

namespace NetMon.Bpf.Tests.Netlink;

/// <summary>What a list says that something changed under: it may lack what is there.</summary>
public class LinkTableTests
{
    private static readonly LinkAddress Address = new(IPAddress.Parse("192.0.2.1"), 24, Global: true);
    private static readonly LinkAddress Other = new(IPAddress.Parse("192.0.2.2"), 24, Global: true);

    private readonly RecordingObserver _observer = new();
    private readonly LinkTable _table;

    public LinkTableTests()
    {
        _table = new LinkTable(_observer);
        _table.Replace(List(Link(1, Address) with { HasDefaultRoute = true }, Link(2, Address)), whole: true);
    }

    [Fact]
    public void A_list_that_is_not_whole_takes_nothing_away()
    {
        _table.Replace(List(Link(1), Link(3, Other) with { Up = true }), whole: false);
        _table.SetDefaultRoutes(new HashSet<int> { 3 }, whole: false);

        Assert.DoesNotContain(_observer.Events, told => told.Change == LinkChange.Removed);
        Assert.Equal([1, 2, 3], _table.Links.Keys.Order());
        Assert.Equal([Address], _table.Links[1].Addresses.AsEnumerable());
        Assert.Equal(
            [1, 3],
            _table.Links.Values.Where(link => link.HasDefaultRoute).Select(link => link.Index).Order()
        );
    }

    [Fact]
    public void What_it_has_is_told_at_once()
    {
        _table.Replace(List(Link(2, Other)), whole: false);

        Assert.Equal([Other, Address], _table.Links[2].Addresses.AsEnumerable());
    }

    [Fact]
    public void What_a_whole_list_does_not_have_is_gone()
    {
        _table.Replace(List(Link(1)), whole: true);
        _table.SetDefaultRoutes(new HashSet<int>(), whole: true);

        Assert.Equal([1], _table.Links.Keys);
        Assert.Empty(_table.Links[1].Addresses);
        Assert.False(_table.Links[1].HasDefaultRoute);
        Assert.Contains(_observer.Events, told => told is { Change: LinkChange.Removed, Link.Index: 2 });
    }

    private static Dictionary<int, NetworkLink> List(params NetworkLink[] links) =>
        links.ToDictionary(link => link.Index);

    private static NetworkLink Link(int index, params LinkAddress[] addresses) =>
        new(
            index,
            $"nm{index}",
            LinkLayer.Ethernet,
            Up: true,
            Running: true,
            Loopback: false,
            "veth",
            0,
            false,
            null,
            0,
            false,
            [.. addresses]
        );
}
