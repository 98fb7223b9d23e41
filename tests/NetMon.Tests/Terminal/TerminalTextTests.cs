using NetMon.Terminal;

namespace NetMon.Tests.Terminal;

public sealed class TerminalTextTests
{
    [Theory]
    [InlineData("eth0", "eth0")]
    [InlineData("größe", "größe")]
    [InlineData(null, "")]
    [InlineData("a\e[31mb", @"a\x1b[31mb")]
    [InlineData("a\r\nb\tc", @"a\x0d\x0ab\x09c")]
    [InlineData("del\x7f", @"del\x7f")]
    [InlineData("c1\u009b2J", @"c1\x9b2J")]
    [InlineData("soft\u00adhyphen", @"soft\xadhyphen")]
    [InlineData("\u202eevil", @"\u{202e}evil")]
    [InlineData("zero\u200bwidth", @"zero\u{200b}width")]
    [InlineData("e\u0301", @"e\u{301}")]
    [InlineData("中", @"\u{4e2d}")]
    [InlineData("😀", @"\u{1f600}")]
    public void What_a_terminal_would_obey_or_misplace_is_escaped(string? text, string clean) =>
        Assert.Equal(clean, TerminalText.Clean(text));

    [Fact]
    public void A_lone_surrogate_is_escaped() => Assert.Equal(@"\u{fffd}x", TerminalText.Clean("\ud800x"));

    [Fact]
    public void A_limit_cuts_the_clean_text() => Assert.Equal(@"\x1b\x", TerminalText.Clean("\e\e\e", 6));

    [Fact]
    public void Every_character_left_is_printable_and_one_column()
    {
        for (var c = '\0'; c < char.MaxValue; c++)
        {
            Assert.All(
                TerminalText.Clean(c.ToString()),
                left => Assert.False(char.IsControl(left) || left >= 0x300)
            );
        }
    }
}
