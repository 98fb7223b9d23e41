using System.Buffers;
using System.Text.Json;
using NetMon.Core.Drops;
using NetMon.Core.Endpoints;
using NetMon.Core.Flows;

namespace NetMon.Core.Tests.Drops;

public class DropJsonTests
{
    private static readonly DroppedPackets Drop = new(
        new Flow
        {
            Source = new(Address("10.1.0.2"), 40000, 0),
            Destination = new(Address("10.1.0.3"), 80, 0),
            Protocol = IpProtocol.Tcp,
            Direction = FlowDirection.Egress,
            Attribution = new()
            {
                Source = Endpoint.OfNode("node-1"),
                Destination = Endpoint.External,
                Scope = FlowScope.NodeToExternal,
            },
        }
    )
    {
        FlowNumber = 0xabc,
        Reason = DropReason.Find("NETFILTER_DROP"),
        Packets = 3,
        Bytes = 180,
        FirstNs = 1_000_000,
        LastNs = 2_000_000,
        Path = "receive",
        Interface = "veth1",
        InterfaceIndex = 7,
        Netns = 4026531840,
        IsHost = true,
        Location = "nft_do_chain+0x3e8",
    };

    [Fact]
    public void What_is_written_is_read()
    {
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output))
        {
            DropJson.Write(json, Drop, new FlowJsonContext(0, _ => null));
        }

        Assert.True(DropJsonReader.TryReadLine(output.WrittenSpan, out var drop, out var lost));
        Assert.Equal(0, lost);
        Assert.Equal(
            ("NETFILTER_DROP", "policy", 3, 180),
            (drop!.Reason, drop.Class, drop.Packets, drop.Bytes)
        );
        Assert.Equal(
            ("node-1", "10.1.0.3", 80),
            (drop.Source.Workload, drop.Destination.Ip, drop.Destination.Port)
        );
        Assert.Equal(("veth1", 7, true), (drop.Interface!.Name, drop.Interface.Index, drop.Host));
        Assert.Equal(("nft_do_chain+0x3e8", "receive", "egress"), (drop.Location, drop.Path, drop.Direction));
        Assert.Equal(DateTimeOffset.UnixEpoch.AddMilliseconds(2), drop.Time);
        Assert.Equal("0000000000000abc", drop.Flow);
        Assert.Contains("nft list ruleset", drop.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_that_tells_a_loss_is_no_drop()
    {
        Assert.True(DropJsonReader.TryReadLine("""{"lost":4}"""u8, out var drop, out var lost));
        Assert.Equal((null, 4), (drop, lost));
        Assert.False(DropJsonReader.TryReadLine("{}"u8, out _, out _));
    }

    [Theory]
    [InlineData("reason", "netfilter_drop", true)]
    [InlineData("reason", "NO_SOCKET", false)]
    [InlineData("workload", "node-1", true)]
    [InlineData("from", "external", false)]
    [InlineData("to", "external", true)]
    [InlineData("port", "80", true)]
    [InlineData("direction", "ingress", false)]
    public void A_query_asks_for_reasons_and_ends(string key, string value, bool matches)
    {
        Assert.True(DropQuery.TryParse([new(key, value)], out var query, out _));
        Assert.Equal(matches, query.Matches(Drop));
    }

    [Theory]
    [InlineData("reason", "a b")]
    [InlineData("state", "established")]
    [InlineData("sort", "bytes")]
    [InlineData("port", "x")]
    public void What_means_nothing_for_drops_is_refused_by_name(string key, string value)
    {
        Assert.False(DropQuery.TryParse([new(key, value)], out _, out var errors));
        Assert.Contains(key, Assert.Single(errors), StringComparison.Ordinal);
    }

    private static NetworkAddress Address(string text) =>
        NetworkAddress.TryParse(text, out var address) ? address : default;
}
