using NetMon.Client;

namespace NetMon.Tests.Client;

public sealed class ServerAddressTests
{
    [Theory]
    [InlineData("127.0.0.1:9990", "127.0.0.1:9990")]
    [InlineData("10.0.0.1", "10.0.0.1:9990")]
    [InlineData("node-7.example:80", "node-7.example:80")]
    [InlineData("[::1]:9990", "[::1]:9990")]
    [InlineData("[2001:db8::7]", "[2001:db8::7]:9990")]
    [InlineData("::1", "[::1]:9990")]
    [InlineData("localhost:65535", "localhost:65535")]
    public void A_host_and_maybe_a_port_make_an_address(string text, string address)
    {
        Assert.True(ServerAddress.TryParse(text, out var parsed));
        Assert.Equal(address, parsed.ToString());
        Assert.Equal(
            $"http://{address.Replace(":80", "", StringComparison.Ordinal)}/",
            parsed.ToUri().ToString()
        );
    }

    [Theory]
    [InlineData("https://10.0.0.1", "https://10.0.0.1:9990")]
    [InlineData("https://node-7.example:443", "https://node-7.example:443")]
    public void TLS_is_asked_for_in_front(string text, string address)
    {
        Assert.True(ServerAddress.TryParse(text, out var parsed));
        Assert.True(parsed.IsTls);
        Assert.Equal(address, parsed.ToString());
        Assert.Equal("https", parsed.ToUri().Scheme);
    }

    [Fact]
    public void A_path_makes_the_address_of_a_socket()
    {
        Assert.True(ServerAddress.TryParse("unix:/run/netmon/netmon.sock", out var parsed));
        Assert.Equal("/run/netmon/netmon.sock", parsed.SocketPath);
        Assert.Equal("unix:/run/netmon/netmon.sock", parsed.ToString());
        Assert.Equal(ServerAddress.DefaultSocket, parsed);
    }

    [Theory]
    [InlineData("unix:")]
    [InlineData("unix:relative/netmon.sock")]
    [InlineData("unix:/a\0b")]
    public void A_socket_has_an_absolute_path(string text) =>
        Assert.False(ServerAddress.TryParse(text, out _));

    [Fact]
    public void A_path_that_no_socket_can_have_is_refused() =>
        Assert.False(ServerAddress.TryParse("unix:/" + new string('x', 107), out _));

    [Theory]
    [InlineData("")]
    [InlineData(":9990")]
    [InlineData("host:")]
    [InlineData("host:0")]
    [InlineData("host:65536")]
    [InlineData("host:-1")]
    [InlineData("host: 80")]
    [InlineData("a b:80")]
    [InlineData("http://host:80")]
    [InlineData("host:80/path")]
    [InlineData("[::1")]
    [InlineData("[::1]80")]
    [InlineData("[::%eth\u071evE\ufffd\ufffd\ufffd@0]:9990")]
    [InlineData("user@host:80")]
    [InlineData("host\n:80")]
    public void Anything_else_is_refused(string text) => Assert.False(ServerAddress.TryParse(text, out _));
}
