using System.Collections.Immutable;
using NetMon.Agent.Interfaces;
using NetMon.Agent.Options;
using NetMon.Bpf;
using NetMon.Bpf.Netlink;

namespace NetMon.Agent.Tests.Interfaces;

public sealed class InterfaceRulesTests
{
    [Fact]
    public void Pods_and_uplinks_are_observed_as_such()
    {
        Assert.Equal(InterfaceKind.Pod, Choose(TestLink.Pod(3, "veth1")));
        Assert.Equal(InterfaceKind.Pod, Choose(TestLink.Make(3, "nk1", "netkit", peerElsewhere: true)));
        Assert.Equal(
            InterfaceKind.Pod,
            Choose(TestLink.Make(3, "veth1", "veth", peerElsewhere: true, address: true))
        );
        Assert.Equal(
            InterfaceKind.Pod,
            Choose(TestLink.Make(3, "veth1", "veth", peerElsewhere: true, master: 9))
        );
        Assert.Equal(InterfaceKind.Uplink, Choose(TestLink.Uplink(2, "eth0")));
        Assert.Equal(InterfaceKind.Uplink, Choose(TestLink.Make(2, "eth1", address: true)));
        Assert.Equal(
            InterfaceKind.Uplink,
            Choose(TestLink.Make(2, "ppp0", "ppp", route: true, link: LinkLayer.None))
        );
        Assert.Equal(InterfaceKind.Uplink, Choose(TestLink.Make(2, "bond0", "bond", address: true)));
    }

    [Fact]
    public void Within_a_container_its_veth_is_the_uplink()
    {
        var link = TestLink.Make(2, "eth0", "veth", peerElsewhere: true, address: true, route: true);
        Assert.Equal(InterfaceKind.Uplink, Choose(link));
    }

    [Theory]
    [InlineData("bridge")]
    [InlineData("openvswitch")]
    [InlineData("dummy")]
    public void Bridges_are_left_out_though_they_have_addresses(string kind)
    {
        Assert.Null(Choose(TestLink.Make(2, "x0", kind, address: true, route: true)));
    }

    [Theory]
    [InlineData("vxlan", LinkLayer.Ethernet)]
    [InlineData("geneve", LinkLayer.Ethernet)]
    [InlineData("ipip", LinkLayer.None)]
    [InlineData("gre", LinkLayer.None)]
    [InlineData("wireguard", LinkLayer.None)]
    public void Tunnels_are_uplinks_with_and_without_an_address_but_not_as_ports_of_a_bridge(
        string kind,
        LinkLayer layer
    )
    {
        Assert.Equal(InterfaceKind.Uplink, Choose(TestLink.Make(2, "x0", kind, address: true, link: layer)));
        Assert.Equal(InterfaceKind.Uplink, Choose(TestLink.Make(2, "x0", kind, link: layer)));
        Assert.Null(Choose(TestLink.Make(2, "x0", kind, up: false, link: layer)));
        Assert.Null(
            Choose(
                TestLink.Make(2, "x0", kind, master: 9, link: layer),
                TestLink.Make(9, "br0", "bridge", address: true, route: true)
            )
        );
    }

    [Fact]
    public void A_tun_device_is_an_uplink_if_it_has_an_address()
    {
        Assert.Equal(
            InterfaceKind.Uplink,
            Choose(TestLink.Make(2, "tun0", "tun", address: true, link: LinkLayer.None))
        );
        Assert.Null(Choose(TestLink.Make(2, "tap0", "tun")));
    }

    [Fact]
    public void What_carries_nothing_of_its_own_is_left_out()
    {
        Assert.Null(Choose(TestLink.Make(1, "lo", loopback: true, address: true)));
        Assert.Null(Choose(TestLink.Make(2, "eth0")));
        Assert.Null(Choose(TestLink.Make(2, "eth0", address: true, up: false)));
        Assert.Null(
            Choose(
                TestLink.Make(2, "eth0", address: true, master: 9),
                TestLink.Make(9, "bond0", "bond", address: true, route: true)
            )
        );
        Assert.Null(Choose(TestLink.Make(2, "ib0", address: true, link: LinkLayer.Unsupported)));
    }

    [Fact]
    public void Where_a_bridge_has_the_default_route_its_physical_ports_are_the_uplinks()
    {
        var bridge = TestLink.Make(9, "br0", "bridge", address: true, route: true);
        Assert.Equal(InterfaceKind.Uplink, Choose(TestLink.Make(2, "eth0", master: 9), bridge));
        Assert.Equal(InterfaceKind.Uplink, Choose(TestLink.Make(2, "bond0", "bond", master: 9), bridge));
        Assert.Null(Choose(TestLink.Make(2, "tap0", "tun", master: 9), bridge));
        Assert.Null(
            Choose(TestLink.Make(2, "eth0", master: 9), TestLink.Make(9, "br0", "bridge", address: true))
        );
    }

    [Fact]
    public void An_interface_that_is_observed_stays_so_while_it_is_down()
    {
        var link = TestLink.Make(2, "eth0", address: true, up: false);
        Assert.Equal(
            InterfaceKind.Uplink,
            new InterfaceRules(new CaptureOptions()).Choose(in link, All(link), attached: true)
        );
    }

    [Theory]
    [InlineData("lo", InterfaceKind.Other)]
    [InlineData("br0", InterfaceKind.Other)]
    [InlineData("veth1", InterfaceKind.Pod)]
    [InlineData("veth2", null)]
    [InlineData("eth0", null)]
    public void Names_that_are_asked_for_replace_the_defaults_and_exclusions_win(
        string name,
        InterfaceKind? expected
    )
    {
        NetworkLink[] links =
        [
            TestLink.Make(1, "lo", loopback: true),
            TestLink.Uplink(2, "eth0"),
            TestLink.Pod(3, "veth1"),
            TestLink.Pod(4, "veth2"),
            TestLink.Make(5, "br0", "bridge"),
        ];
        var options = new CaptureOptions { Interfaces = ["lo", "veth*", "br?"], Exclude = ["*2"] };
        var link = links.Single(each => string.Equals(each.Name, name, StringComparison.Ordinal));

        Assert.Equal(expected, new InterfaceRules(options).Choose(in link, All(links), attached: false));
    }

    private static InterfaceKind? Choose(params NetworkLink[] links) =>
        new InterfaceRules(new CaptureOptions()).Choose(in links[0], All(links), attached: false);

    private static ImmutableDictionary<int, NetworkLink> All(params NetworkLink[] links) =>
        links.ToImmutableDictionary(link => link.Index);
}
