using System.Text;
using FsCheck;
using FsCheck.Fluent;
using NetMon.Core.Metrics;
using NetMon.Testing.Properties;

namespace NetMon.Core.Tests.Metrics;

public class LabelTextTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("", "")]
    [InlineData("a\"b", "a\\\"b")]
    [InlineData("a\\b", "a\\\\b")]
    [InlineData("a\nb", "a\\nb")]
    [InlineData("\\n", "\\\\n")]
    [InlineData("tab\tand é and 😀", "tab\tand é and 😀")]
    public void Backslash_quote_and_line_feed_are_escaped(string value, string escaped)
    {
        Assert.Equal($"l=\"{escaped}\"", Format(value));
    }

    [Fact]
    public void A_lone_surrogate_becomes_a_replacement_character()
    {
        Assert.Equal("l=\"a\ufffdb\"", Format("a\ud800b"));
    }

    [Fact]
    public void Every_text_reads_back_from_its_escaped_form_and_breaks_no_line()
    {
        Prop.ForAll(
                ArbMap
                    .Default.GeneratorFor<string>()
                    .Where(text => text?.Length <= LabelText.MaxLength)
                    .ToArbitrary(),
                given =>
                {
                    // A lone surrogate has no UTF-8.
                    var value = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(given));
                    var text = Format(given);
                    Assert.DoesNotContain('\n', text);
                    Assert.Equal(value, Unescape(text["l=\"".Length..^1]));
                }
            )
            .Holds(1000);
    }

    [Fact]
    public void A_key_must_give_each_label_one_value()
    {
        Assert.Throws<InvalidOperationException>(() => LabelText.Format(["a", "b"], ["1"]));
        Assert.Throws<InvalidOperationException>(() => LabelText.Format(["a"], ["1", "2"]));
        Assert.Equal("a=\"1\",b=\"2\"", Encoding.UTF8.GetString(LabelText.Format(["a", "b"], ["1", "2"])));
    }

    private static string Format(string value) => Encoding.UTF8.GetString(LabelText.Format(["l"], [value]));

    // As a reader does it: fails on a bare quote or an unknown escape.
    private static string Unescape(string text)
    {
        var result = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            Assert.NotEqual('"', text[i]);
            if (text[i] != '\\')
            {
                result.Append(text[i]);
                continue;
            }

            i++;
            result.Append(
                text[i] switch
                {
                    'n' => '\n',
                    '\\' => '\\',
                    '"' => '"',
                    _ => throw new FormatException(text),
                }
            );
        }

        return result.ToString();
    }
}
