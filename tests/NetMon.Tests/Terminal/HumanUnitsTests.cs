using NetMon.Terminal;

namespace NetMon.Tests.Terminal;

public sealed class HumanUnitsTests
{
    [Theory]
    [InlineData(0, "0B")]
    [InlineData(999, "999B")]
    [InlineData(999.6, "1.00kB")]
    [InlineData(1_000, "1.00kB")]
    [InlineData(1_234, "1.23kB")]
    [InlineData(9_994, "9.99kB")]
    [InlineData(9_996, "10.0kB")]
    [InlineData(99_960, "100kB")]
    [InlineData(999_499, "999kB")]
    [InlineData(999_500, "1.00MB")]
    [InlineData(45_300_000, "45.3MB")]
    [InlineData(9.2e18, "9.20EB")]
    [InlineData(0.25, "0.3B")]
    [InlineData(9.94, "9.9B")]
    [InlineData(12.7, "13B")]
    public void Bytes_have_three_digits_and_a_decimal_prefix(double bytes, string text) =>
        Assert.Equal(text, HumanUnits.Bytes(bytes));

    [Theory]
    [InlineData(9_999, "9999")]
    [InlineData(10_000, "10.0k")]
    [InlineData(1_200_000, "1.20M")]
    public void Counts_are_exact_below_ten_thousand(double count, string text) =>
        Assert.Equal(text, HumanUnits.Count(count));

    [Theory]
    [InlineData(1, "1µs")]
    [InlineData(999, "999µs")]
    [InlineData(1_000, "1.00ms")]
    [InlineData(12_340, "12.3ms")]
    [InlineData(999_499, "999ms")]
    [InlineData(999_500, "1.00s")]
    [InlineData(75_000_000, "75.0s")]
    [InlineData(125_000_000, "2m5s")]
    public void Latencies_go_from_microseconds_to_minutes(long microseconds, string text) =>
        Assert.Equal(text, HumanUnits.Latency(microseconds, Glyphs.Unicode));

    [Fact]
    public void Without_utf8_a_microsecond_is_us() =>
        Assert.Equal("85us", HumanUnits.Latency(85, Glyphs.Ascii));

    [Theory]
    [InlineData(-3, "0s")]
    [InlineData(0, "0s")]
    [InlineData(119, "119s")]
    [InlineData(120, "2m")]
    [InlineData(200, "3m20s")]
    [InlineData(3_600, "60m")]
    [InlineData(3 * 3_600, "3h")]
    [InlineData(5 * 3_600 + 12 * 60, "5h12m")]
    [InlineData(30 * 3_600, "30h")]
    [InlineData(76 * 3_600, "3d4h")]
    [InlineData(400 * 86_400, "400d")]
    public void Ages_are_those_of_kubectl(int seconds, string text) =>
        Assert.Equal(text, HumanUnits.Age(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void No_figure_is_wider_than_six_columns()
    {
        var random = new Random(1);
        for (var i = 0; i < 100_000; i++)
        {
            var value = Math.Pow(10, random.NextDouble() * 19);
            Assert.InRange(HumanUnits.Bytes(value).Length, 2, 6);
            Assert.InRange(HumanUnits.Count(value).Length, 1, 6);
        }
    }
}
