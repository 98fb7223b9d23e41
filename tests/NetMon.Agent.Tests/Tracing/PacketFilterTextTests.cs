using System.Net;
using NetMon.Agent.Tracing;

namespace NetMon.Agent.Tests.Tracing;

public sealed class PacketFilterTextTests
{
    [Fact]
    public void All_words_together()
    {
        Assert.Null(
            PacketFilterText.TryParse(
                "host 10.0.0.1 and net fd00::/8 port 80 port 443 tcp dev eth0",
                out var filter
            )
        );

        Assert.Equal([(IPAddress.Parse("10.0.0.1"), 32), (IPAddress.Parse("fd00::"), 8)], filter.Networks);
        Assert.Equal([(ushort)80, (ushort)443], filter.Ports);
        Assert.Equal(6, filter.Protocol);
        Assert.Equal("eth0", filter.Interface);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("  ")]
    public void Nothing_lets_everything_pass(string? text)
    {
        Assert.Null(PacketFilterText.TryParse(text, out var filter));
        Assert.Empty(filter.Networks);
        Assert.Empty(filter.Ports);
    }

    [Theory]
    [InlineData("port")]
    [InlineData("port 0")]
    [InlineData("port 65536")]
    [InlineData("port 1 port 2 port 3")]
    [InlineData("10.0.0.1 10.0.0.2 10.0.0.3")]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0.0/x")]
    [InlineData("proto quic-over-pigeons")]
    [InlineData("dev")]
    [InlineData("dev a-name-that-is-too-long")]
    [InlineData("10.0.0.256")]
    [InlineData("; drop")]
    public void What_is_wrong_is_said(string text) =>
        Assert.NotEmpty(PacketFilterText.TryParse(text, out _) ?? "");
}
