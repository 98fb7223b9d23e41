using NetMon.Configuration;

namespace NetMon.Tests.Configuration;

public class ValueFormatsTests
{
    [Theory]
    [InlineData("500ms", 500)]
    [InlineData("5s", 5_000)]
    [InlineData("2m", 120_000)]
    [InlineData("1h", 3_600_000)]
    [InlineData("1m30s", 90_000)]
    [InlineData("0s", 0)]
    public void A_duration_is_numbers_with_units(string text, int milliseconds)
    {
        var format = ValueFormats.Duration(TimeSpan.Zero, TimeSpan.FromHours(24));

        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), format.Parse(text).Value);
        Assert.Null(format.Parse(text).Problem);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("s")]
    [InlineData("5 s")]
    [InlineData("-5s")]
    [InlineData("1.5s")]
    [InlineData("5S")]
    [InlineData("5us")]
    [InlineData("5s5")]
    [InlineData("99999999999999999999s")]
    [InlineData("9223372036854775807h")]
    public void What_is_no_duration_is_refused_and_quoted(string text)
    {
        var parsed = ValueFormats.Duration(TimeSpan.Zero, TimeSpan.FromHours(24)).Parse(text);

        Assert.StartsWith($"'{text}' is not a duration", parsed.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(90_000, "1m30s")]
    [InlineData(300_000, "5m")]
    [InlineData(100, "100ms")]
    [InlineData(0, "0ms")]
    public void A_duration_is_written_as_it_would_be_read(int milliseconds, string text)
    {
        Assert.Equal(text, Units.Durations.Write(milliseconds * TimeSpan.TicksPerMillisecond));
        Assert.True(Units.Durations.TryParse(text, out var ticks));
        Assert.Equal(milliseconds * TimeSpan.TicksPerMillisecond, ticks);
    }

    [Theory]
    [InlineData("4096B", 4096, null)]
    [InlineData("4KiB", 4096, null)]
    [InlineData("1GiB", 1 << 30, null)]
    [InlineData("4097B", 0, "4097B is not a power of two")]
    [InlineData("2KiB", 0, "2KiB is out of range: from 4KiB to 1GiB")]
    [InlineData("2GiB", 0, "2GiB is out of range: from 4KiB to 1GiB")]
    [InlineData("4MB", 0, "'4MB' is not a size such as 512KiB or 4MiB (units: B, KiB, MiB, GiB)")]
    public void A_size_is_a_power_of_two_in_binary_units(string text, int bytes, string? problem)
    {
        var parsed = ValueFormats.PowerOfTwoSize(4096, 1 << 30).Parse(text);

        Assert.Equal(problem, parsed.Problem);
        Assert.Equal(bytes, parsed.Value);
    }

    [Theory]
    [InlineData("0", "0 is out of range: from 1 to 65535")]
    [InlineData("65536", "65536 is out of range: from 1 to 65535")]
    [InlineData("99999999999999999999999", "99999999999999999999999 is out of range: from 1 to 65535")]
    [InlineData("-1", "'-1' is not a whole number")]
    [InlineData("+1", "'+1' is not a whole number")]
    [InlineData("0x10", "'0x10' is not a whole number")]
    [InlineData("", "'' is not a whole number")]
    [InlineData("65535", null)]
    public void A_number_has_bounds(string text, string? problem)
    {
        Assert.Equal(problem, ValueFormats.Whole<ushort>("port", 1, ushort.MaxValue).Parse(text).Problem);
    }

    [Theory]
    [InlineData("127.0.0.1:9990", "127.0.0.1:9990")]
    [InlineData("0.0.0.0:0", "0.0.0.0:0")]
    [InlineData("[::1]:80", "[::1]:80")]
    [InlineData("localhost:80", "127.0.0.1:80")]
    public void An_endpoint_is_an_address_and_a_port(string text, string endpoint)
    {
        Assert.Equal(endpoint, ValueFormats.Endpoint.Parse(text).Value.ToString());
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("::1:80")]
    [InlineData(":80")]
    [InlineData("127.0.0.1:")]
    [InlineData("127.0.0.1:65536")]
    [InlineData("127.0.0.1:-1")]
    [InlineData("example.org:80")]
    [InlineData("[::1:80")]
    public void What_is_no_endpoint_is_refused(string text)
    {
        Assert.NotNull(ValueFormats.Endpoint.Parse(text).Problem);
    }

    [Theory]
    [InlineData("eth0", true)]
    [InlineData("*", true)]
    [InlineData("veth????????", true)]
    [InlineData("abcdefghijklmno", true)]
    [InlineData("abcdefghijklmnop", false)]
    [InlineData("*abcdefghijklmno*", true)]
    [InlineData("", false)]
    [InlineData("a b", false)]
    [InlineData("a/b", false)]
    public void A_pattern_that_no_interface_can_match_is_refused(string text, bool accepted)
    {
        Assert.Equal(accepted, ValueFormats.InterfaceGlob.Parse(text).Problem is null);
    }

    [Theory]
    [InlineData("192.0.2.0/24=office", "192.0.2.0/24", "office")]
    [InlineData("2001:db8::/32 = data centre", "2001:db8::/32", "data centre")]
    [InlineData("192.0.2.7=a=b", "192.0.2.7/32", "a=b")]
    public void A_named_network_is_a_network_and_its_name(string text, string network, string name)
    {
        var value = ValueFormats.NamedNetwork.Parse(text).Value;

        Assert.Equal((network, name), (value.Network.ToString(), value.Name));
        Assert.Equal(value, ValueFormats.NamedNetwork.Parse(ValueFormats.NamedNetwork.Write(value)).Value);
    }

    [Theory]
    [InlineData("office", "'office' is not a network and its name, such as 192.0.2.0/24=office")]
    [InlineData(
        "192.0.2.0/33=office",
        "'192.0.2.0/33' is not a network such as 192.0.2.0/24 or 2001:db8::/32"
    )]
    [InlineData("192.0.2.0/24=", "the name of 192.0.2.0/24 is not 1 to 63 letters long")]
    public void What_is_no_named_network_is_refused(string text, string problem)
    {
        Assert.Equal(problem, ValueFormats.NamedNetwork.Parse(text).Problem);
    }

    [Theory]
    [InlineData("workload", null)]
    [InlineData("same_zone", null)]
    [InlineData("src_pods", "'src_pods' is neither a label nor a preset; did you mean src_pod?")]
    public void A_label_is_one_that_there_is(string text, string? problem)
    {
        Assert.Equal(problem, ValueFormats.Label.Parse(text).Problem);
    }

    [Fact]
    public void A_label_that_is_like_none_gets_the_list_of_all()
    {
        var problem = ValueFormats.Label.Parse("everything-there-is").Problem;

        Assert.StartsWith(
            "'everything-there-is' is neither a label nor a preset; there are workload, pod, address, src_namespace,",
            problem,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("flow.intervall", "flow.interval")]
    [InlineData("interval", "flow.interval")]
    [InlineData("capture.listen", "api.listen")]
    [InlineData("export.prometheus.maxseries", "export.prometheus.max_series")]
    [InlineData("something.else", null)]
    [InlineData("x", null)]
    public void A_mistyped_name_is_recognised(string mistyped, string? meant)
    {
        Assert.Equal(meant, NearestName.Of(mistyped, SettingTable.All.Select(setting => setting.Key)));
    }
}
