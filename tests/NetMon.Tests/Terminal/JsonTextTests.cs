using System.Buffers;
using System.Text;
using System.Text.Json;
using NetMon.Terminal;

namespace NetMon.Tests.Terminal;

public sealed class JsonTextTests
{
    [Fact]
    public void Ascii_passes_as_it_is()
    {
        const string Json = "{\"a\": [1, \"b\\u001b\"]}\n\t";
        Assert.Equal(Json, Pass(Encoding.UTF8.GetBytes(Json)));
    }

    [Fact]
    public void Other_text_becomes_escapes_that_mean_the_same()
    {
        var value = "ü\u007f\u009b\u202e中😀";
        var text = Pass(Encoding.UTF8.GetBytes($"\"{value}\""));
        Assert.All(text, c => Assert.InRange(c, ' ', '~'));
        Assert.Equal(value, JsonSerializer.Deserialize<string>(text));
    }

    [Fact]
    public void A_character_split_between_pieces_is_one_character()
    {
        var bytes = "\"aü中😀z\""u8.ToArray();
        var whole = Pass(bytes);
        for (var split = 0; split <= bytes.Length; split++)
        {
            Assert.Equal(whole, Pass(bytes[..split], bytes[split..]));
        }

        Assert.Equal(whole, Pass([.. bytes.Select(b => new[] { b })]));
    }

    [Fact]
    public void Broken_utf8_and_raw_control_characters_reach_no_terminal()
    {
        byte[] bytes = [(byte)'"', 0x1b, (byte)'[', 0xf0, 0x9f, (byte)'\r', 0xff, (byte)'"', 0xe4];
        Assert.Equal("\"\\u001b[\\ufffd\\ufffd\"\\ufffd", Pass(bytes));
        Assert.Equal("\"\\u001b[\\ufffd\\ufffd\"\\ufffd", Pass([.. bytes.Select(b => new[] { b })]));
    }

    private static string Pass(params byte[][] pieces)
    {
        var passed = new ArrayBufferWriter<byte>();
        var json = new JsonText(passed);
        foreach (var piece in pieces)
        {
            json.Write(piece);
        }

        json.Complete();
        return Encoding.UTF8.GetString(passed.WrittenSpan);
    }
}
