using NetMon.Core.Flows;
using NetMon.Core.Networks;

namespace NetMon.Core.Tests.Networks;

public class AddressRangesTests
{
    [Theory]
    [InlineData("9.255.255.255", false)]
    [InlineData("10.0.0.0", true)]
    [InlineData("10.255.255.255", true)]
    [InlineData("11.0.0.0", false)]
    [InlineData("172.15.255.255", false)]
    [InlineData("172.16.0.0", true)]
    [InlineData("172.31.255.255", true)]
    [InlineData("172.32.0.0", false)]
    [InlineData("192.168.0.0", true)]
    [InlineData("192.169.0.0", false)]
    [InlineData("100.63.255.255", false)]
    [InlineData("100.64.0.0", true)]
    [InlineData("100.127.255.255", true)]
    [InlineData("100.128.0.0", false)]
    [InlineData("fbff::", false)]
    [InlineData("fc00::", true)]
    [InlineData("fdff::1", true)]
    [InlineData("fe00::", false)]
    public void Private_addresses_are_those_of_the_rfcs(string text, bool isPrivate)
    {
        Assert.True(NetworkAddress.TryParse(text, out var address));
        Assert.Equal(isPrivate, AddressRanges.IsPrivate(address));
    }
}
