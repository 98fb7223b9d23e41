using NetMon.Core.Flows;

namespace NetMon.Core.Tests.Flows;

public class IpProtocolNamesTests
{
    [Fact]
    public void Every_name_reads_back_as_its_number_in_any_case()
    {
        for (var number = 0; number <= byte.MaxValue; number++)
        {
            var name = IpProtocolNames.Name((byte)number);
            Assert.True(IpProtocolNames.TryParse(name, out var parsed));
            Assert.Equal(number, parsed);
            Assert.True(IpProtocolNames.TryParse(name.ToUpperInvariant(), out parsed));
            Assert.Equal(number, parsed);
            Assert.True(IpProtocolNames.TryParse($"{number}", out parsed));
            Assert.Equal(number, parsed);
        }
    }

    [Theory]
    [InlineData(6, "tcp")]
    [InlineData(17, "udp")]
    [InlineData(58, "icmpv6")]
    [InlineData(41, "ipv6")]
    [InlineData(4, "ipip")]
    [InlineData(253, "253")]
    public void A_protocol_is_called_by_its_name_or_else_its_number(byte number, string name)
    {
        Assert.Equal(name, IpProtocolNames.Name(number));
    }

    [Theory]
    [InlineData("")]
    [InlineData("256")]
    [InlineData("-1")]
    [InlineData("+6")]
    [InlineData(" tcp")]
    [InlineData("quic")]
    public void What_is_no_protocol_is_refused(string text)
    {
        Assert.False(IpProtocolNames.TryParse(text, out _));
    }

    [Theory]
    [InlineData("ah", 51)]
    [InlineData("esp", 50)]
    [InlineData("gre", 47)]
    [InlineData("ospf", 89)]
    [InlineData("sctp", 132)]
    [InlineData("udplite", 136)]
    [InlineData("vrrp", 112)]
    public void Names_are_those_that_the_system_uses(string name, byte number)
    {
        Assert.True(IpProtocolNames.TryParse(name, out var parsed));
        Assert.Equal(number, parsed);
    }
}
