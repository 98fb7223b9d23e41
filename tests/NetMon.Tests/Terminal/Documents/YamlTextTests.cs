using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using NetMon.Terminal.Documents;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace NetMon.Tests.Terminal.Documents;

/// <summary>What a YAML parser that is not ours reads is what the JSON said.</summary>
public sealed class YamlTextTests
{
    [Theory]
    [InlineData("""{"a":1,"b":"x","c":null,"d":true,"e":[],"f":{},"g":-1.5}""")]
    [InlineData("""{"list":[{"a":1,"b":{"c":[1,2,[3,[4]]]}},"x",[],{}],"after":"y"}""")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("\"x\"")]
    [InlineData("""[[{"a":[{"b":1}]}],[[]]]""")]
    [InlineData(
        """{"yes":"no","null":"~","":"","1":"1","a b":"a: b","- x":"- y","#":"# z","k:":"{","'":"\""}"""
    )]
    [InlineData(
        """{"s":"two\nlines\tand a tab","bell":"\u0007","esc":"\u001b[31m","bom":"\ufeff","next":"\u0085\u2028"}"""
    )]
    [InlineData(
        """{"wide":"日本","emoji":"😀","umlaut":"ü","trailing":"x ","leading":" x","percent":"%a","at":"@b","back":"`c"}"""
    )]
    [InlineData(
        """{"time":"2026-03-01T11:56:48Z","day":"2026-03-01","base60":"12:30:45","octal":"0o17","hex":"0x1f","ip":"10.0.0.1","float":"1e5","inf":".inf"}"""
    )]
    public void A_parser_reads_what_the_json_says(string json)
    {
        var text = Write(json);

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(json), Read(text)), text);
    }

    [Theory]
    [InlineData("yes")]
    [InlineData("No")]
    [InlineData("ON")]
    [InlineData("off")]
    [InlineData("y")]
    [InlineData("null")]
    [InlineData("True")]
    [InlineData("1")]
    [InlineData("1.5")]
    [InlineData("0x1f")]
    [InlineData("12:30")]
    [InlineData("~")]
    [InlineData("")]
    public void A_string_that_yaml_would_read_as_something_else_is_quoted(string text) =>
        Assert.Equal($"\"{text}\"\n", Write($"\"{text}\""));

    [Theory]
    [InlineData("shop/web")]
    [InlineData("eth0")]
    [InlineData("nft_do_chain+0x3e8")]
    [InlineData("in no other figure")]
    public void A_string_that_cannot_be_mistaken_is_plain(string text) =>
        Assert.Equal($"{text}\n", Write($"\"{text}\""));

    // Resolver of YAML 1.1 (yaml.org/type/float.html): an exponent needs a point and a sign.
    [Theory]
    [InlineData("1E-05", "1.0e-05\n")]
    [InlineData("2.5e3", "2.5e+3\n")]
    [InlineData("12", "12\n")]
    [InlineData("-0.25", "-0.25\n")]
    public void Numbers_are_numbers_to_yaml_1_1(string json, string expected) =>
        Assert.Equal(expected, Write(json));

    [Fact]
    public void Nothing_but_printable_ascii_comes_out()
    {
        var all = new StringBuilder();
        for (var code = 0; code < 0x3000; code++)
        {
            all.Append((char)code);
        }

        var json = JsonValue.Create(all.ToString())!.ToJsonString();

        var text = Write(json);

        Assert.All(text.TrimEnd('\n'), c => Assert.InRange(c, ' ', '~'));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(json), Read(text)));
    }

    [Fact]
    public void A_list_is_written_as_kubectl_does() =>
        Assert.Equal(
            "total: 2\nflows:\n- id: a\n  source:\n    ip: \"10.0.0.1\"\n  flags:\n  - x\n- id: b\n",
            Write("""{"total":2,"flows":[{"id":"a","source":{"ip":"10.0.0.1"},"flags":["x"]},{"id":"b"}]}""")
        );

    private static string Write(string json)
    {
        var text = new StringBuilder();
        YamlText.Write(Encoding.UTF8.GetBytes(json), text);
        return text.ToString();
    }

    private static JsonNode? Read(string yaml)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        return ToJson(Assert.Single(stream.Documents).RootNode);
    }

    private static JsonNode? ToJson(YamlNode node) =>
        node switch
        {
            YamlMappingNode map => new JsonObject(
                map.Children.Select(pair =>
                    KeyValuePair.Create(((YamlScalarNode)pair.Key).Value!, ToJson(pair.Value))
                )
            ),
            YamlSequenceNode list => new JsonArray([.. list.Children.Select(ToJson)]),
            YamlScalarNode { Style: ScalarStyle.Plain, Value: "null" } => null,
            YamlScalarNode { Style: ScalarStyle.Plain, Value: "true" or "false" } scalar => JsonValue.Create(
                scalar.Value == "true"
            ),
            YamlScalarNode { Style: ScalarStyle.Plain } scalar
                when decimal.TryParse(
                    scalar.Value,
                    NumberStyles.Float,
                    CultureInfo.InvariantCulture,
                    out _
                ) => JsonNode.Parse(scalar.Value!),
            YamlScalarNode scalar => JsonValue.Create(scalar.Value),
            _ => throw new InvalidOperationException(node.ToString()),
        };
}
