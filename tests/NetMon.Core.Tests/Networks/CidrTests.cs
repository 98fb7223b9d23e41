using System.Net;
using FsCheck;
using FsCheck.Fluent;
using NetMon.Core.Flows;
using NetMon.Core.Networks;
using NetMon.Core.Tests.Flows;
using NetMon.Testing.Properties;

namespace NetMon.Core.Tests.Networks;

public class CidrTests
{
    [Theory]
    [InlineData("10.0.0.0/8", "10.255.0.1", true)]
    [InlineData("10.0.0.0/8", "11.0.0.0", false)]
    [InlineData("10.1.2.3/8", "10.200.0.1", true)]
    [InlineData("192.168.1.7", "192.168.1.7", true)]
    [InlineData("192.168.1.7", "192.168.1.6", false)]
    [InlineData("0.0.0.0/0", "203.0.113.9", true)]
    [InlineData("0.0.0.0/0", "2001:db8::1", false)]
    [InlineData("::/0", "2001:db8::1", true)]
    [InlineData("::/0", "203.0.113.9", false)]
    [InlineData("2001:db8::/33", "2001:db8:7fff::1", true)]
    [InlineData("2001:db8::/33", "2001:db8:8000::1", false)]
    [InlineData("fe80::1/64", "fe80::ffff:ffff:ffff:ffff", true)]
    [InlineData("fe80::1/65", "fe80::ffff:ffff:ffff:ffff", false)]
    [InlineData("2001:db8::1", "2001:db8::1", true)]
    [InlineData("2001:db8::1", "2001:db8::2", false)]
    public void A_network_holds_the_addresses_that_share_its_prefix(string network, string address, bool held)
    {
        Assert.True(Cidr.TryParse(network, out var cidr));
        Assert.True(NetworkAddress.TryParse(address, out var parsed));
        Assert.Equal(held, cidr.Contains(parsed));
    }

    [Theory]
    [InlineData("10.1.2.3/8", "10.0.0.0/8")]
    [InlineData("10.1.2.3", "10.1.2.3/32")]
    [InlineData("2001:db8:ffff::1/31", "2001:db8::/31")]
    [InlineData("::1", "::1/128")]
    [InlineData("::ffff:10.0.0.1/8", "10.0.0.0/8")]
    public void The_text_of_a_network_has_no_host_bits(string text, string canonical)
    {
        Assert.True(Cidr.TryParse(text, out var cidr));
        Assert.Equal(canonical, cidr.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("/8")]
    [InlineData("10.0.0.0/")]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0.0/-1")]
    [InlineData("10.0.0.0/+8")]
    [InlineData("10.0.0.0/8/8")]
    [InlineData("10.0.0.0/255.0.0.0")]
    [InlineData("2001:db8::/129")]
    [InlineData("10/8")]
    [InlineData("localhost")]
    public void What_is_no_network_is_refused(string text)
    {
        Assert.False(Cidr.TryParse(text, out _));
    }

    [Fact]
    public void Networks_agree_with_those_of_the_base_library()
    {
        var cases =
            from network in FlowGenerators.Address
            from length in Gen.Choose(0, network.IsIPv4 ? 32 : 128)
            from near in Gen.Choose(0, 127)
            from other in Gen.OneOf(FlowGenerators.Address, Gen.Constant(Flip(network, near)))
            select (network, length, other);

        Prop.ForAll(
                cases.ToArbitrary(),
                given =>
                {
                    Assert.True(Cidr.TryParse($"{given.network}/{given.length}", out var cidr));
                    var reference = new IPNetwork(cidr.Address.ToIPAddress(), cidr.PrefixLength);
                    Assert.Equal(reference.Contains(given.other.ToIPAddress()), cidr.Contains(given.other));
                    Assert.True(cidr.Contains(given.network));
                }
            )
            .Holds(2000);
    }

    private static NetworkAddress Flip(NetworkAddress address, int bit) =>
        bit < 64
            ? new(address.High ^ (1UL << (63 - bit)), address.Low)
            : new(address.High, address.Low ^ (1UL << (127 - bit)));
}
