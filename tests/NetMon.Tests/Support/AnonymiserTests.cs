using System.Net;
using NetMon.Support;

namespace NetMon.Tests.Support;

public sealed class AnonymiserTests
{
    private static readonly byte[] Key = [.. Enumerable.Repeat((byte)7, 32)];

    private readonly Anonymiser _anonymiser = new([], Key);

    [Theory]
    [InlineData("10.1.2.3")]
    [InlineData("192.0.2.254")]
    [InlineData("fd00:66::1")]
    [InlineData("2001:db8:1:2:3:4:5:6")]
    [InlineData("::ffff:198.51.100.7")]
    [InlineData("fe80::5054:ff:fe12:3456")]
    public void An_address_becomes_another_of_its_kind_wherever_it_stands(string address)
    {
        var family = IPAddress.Parse(address).AddressFamily;
        foreach (
            var around in new[] { "{0}", "from {0} on", "\"{0}\"", "{0}/24", "[{0}]:443", "ip={0},", "{0}." }
        )
        {
            var text = _anonymiser.Apply(string.Format(null, around, address));

            Assert.DoesNotContain(address, text, StringComparison.Ordinal);
            var (start, end) = (around.IndexOf('{'), around.Length - around.IndexOf('}') - 1);
            var other = text[start..^end];
            Assert.Equal(family, IPAddress.Parse(other).AddressFamily);
        }
    }

    [Fact]
    public void The_same_becomes_the_same_and_others_become_others()
    {
        var first = _anonymiser.Apply("10.1.2.3 10.1.2.4 10.1.2.3:80 ::ffff:10.1.2.3").Split(' ');

        Assert.Equal($"{first[0]}:80", first[2]);
        Assert.Equal($"::ffff:{first[0]}", first[3]);
        Assert.NotEqual(first[0], first[1]);
        Assert.Equal(first[0], _anonymiser.Apply("10.1.2.3"));
        Assert.NotEqual(first[0], new Anonymiser([]).Apply("10.1.2.3"));
    }

    [Theory]
    [InlineData("127.0.0.1:9990")]
    [InlineData("0.0.0.0")]
    [InlineData("::1")]
    [InlineData("[::]:80")]
    [InlineData("224.0.0.1")]
    [InlineData("2026-11-21T11:22:56.603Z")]
    [InlineData("11:22:56")]
    [InlineData("NetMon.Agent[200] started: all of it::")]
    [InlineData("0xffffffff81234567 a:b abc::method")]
    [InlineData("ff:ff:ff:ff:ff:ff")]
    public void What_tells_of_nobody_and_what_is_no_address_stays(string text) =>
        Assert.Equal(text, _anonymiser.Apply(text));

    [Fact]
    public void Hardware_addresses_become_local_ones()
    {
        var text = _anonymiser.Apply("link 52:54:00:12:34:56 up");

        Assert.Matches("^link 02(:[0-9a-f]{2}){5} up$", text);
        Assert.DoesNotContain("12:34:56", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_are_replaced_where_they_are_whole()
    {
        var anonymiser = new Anonymiser(["shop", "web", "web-7d4f8b9c-x2x4l"], Key);

        var text = anonymiser.Apply("shop/web-7d4f8b9c-x2x4l of web in \"shop\", not workshop or webs");

        Assert.DoesNotContain("x2x4l", text, StringComparison.Ordinal);
        Assert.EndsWith("not workshop or webs", text, StringComparison.Ordinal);
        var words = text.Split(['/', ' ', '"', ','], StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(words[0], words[5]);
        Assert.All(new[] { words[0], words[1], words[3] }, word => Assert.StartsWith("name-", word));
    }
}
