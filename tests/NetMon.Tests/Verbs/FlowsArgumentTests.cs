using NetMon.Verbs;

namespace NetMon.Tests.Verbs;

/// <summary><c>netmon flows</c>: its command line.</summary>
public sealed class FlowsArgumentTests
{
    [Theory]
    [InlineData("--ip", "10.0.0.0/33", "an IP address or network")]
    [InlineData("--port", "65536", "a port")]
    [InlineData("--protocol", "tpc", "a protocol")]
    [InlineData(
        "--state",
        "open",
        "unreplied, replied, syn-sent, syn-received, established, closing, closed or reset"
    )]
    [InlineData("--sort", "size", "recent, bytes, packets, age or rtt")]
    [InlineData("--last", "0", "a number of flows")]
    [InlineData("--output", "xml", "table, wide or json")]
    [InlineData("--server", "host:port", "an address and port")]
    public void A_wrong_value_is_named_with_its_option(string option, string value, string expected)
    {
        var error = Assert.Single(FlowsVerb.Create().Parse([option, value]).Errors);
        Assert.StartsWith($"{option}: '{value}' is not {expected}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_wrong_value_is_reported()
    {
        var errors = FlowsVerb
            .Create()
            .Parse(["--ip", "x", "--ip", "y", "--port", "z", "--follow", "--last", "3"])
            .Errors;
        var told = errors.Select(error => error.Message[..9]).Order(StringComparer.Ordinal);
        Assert.Equal("--ip: 'x' --ip: 'y' --last: a --port: '", string.Join(' ', told));
    }

    [Fact]
    public void A_right_command_line_has_no_error() =>
        Assert.Empty(
            FlowsVerb
                .Create()
                .Parse([
                    "--ip",
                    "10.0.0.1",
                    "--ip",
                    "fd00::/8",
                    "--protocol",
                    "132",
                    "--state",
                    "Established",
                    "--last",
                    "5",
                    "-o",
                    "wide",
                ])
                .Errors
        );

    [Theory]
    [InlineData("5", "'5' is not a duration")]
    [InlineData("99ms", "99ms is out of range: from 100ms to 1h")]
    [InlineData("2h", "2h is out of range: from 100ms to 1h")]
    public void Top_takes_a_reasonable_interval(string value, string wrong)
    {
        var error = Assert.Single(TopVerb.Create().Parse(["--interval", value]).Errors);
        Assert.StartsWith($"--interval: {wrong}", error.Message, StringComparison.Ordinal);
    }
}
