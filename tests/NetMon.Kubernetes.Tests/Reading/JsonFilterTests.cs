using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using NetMon.Kubernetes.Reading;
using NetMon.Testing;

namespace NetMon.Kubernetes.Tests.Reading;

public sealed class JsonFilterTests
{
    private static readonly FieldTree Tree = FieldTree.Of("a", "b c", "b d e", "f k8s.io/x.y");

    [Theory]
    [InlineData("""{"a":1,"z":2}""", """{"a":1}""")]
    [InlineData("""{"z":2,"a":1}""", """{"a":1}""")]
    [InlineData(
        """ { "z" : [ 1 , { "a" : "}" } ] , "a" : { "any" : [ true ] } } """,
        """{"a":{ "any" : [ true ] }}"""
    )]
    [InlineData(
        """{"b":[{"c":1,"x":2},{"x":3},{"d":{"e":4,"f":5}}]}""",
        """{"b":[{"c":1},{},{"d":{"e":4}}]}"""
    )]
    [InlineData("""{"b":5}""", """{"b":5}""")]
    [InlineData("""{"b":null,"a":"\"\\"}""", """{"b":null,"a":"\"\\"}""")]
    [InlineData("""{"f":{"k8s.io/x.y":"true","k8s.io/x":{"y":1}}}""", """{"f":{"k8s.io/x.y":"true"}}""")]
    [InlineData("""{"\u0061":1,"a\"":2,"aa":3}""", """{}""")]
    [InlineData("""{"a":1,"a":2}""", """{"a":1,"a":2}""")]
    [InlineData("""[{"a":1},{"z":2}]""", """[{"a":1},{}]""")]
    [InlineData("""{}""", """{}""")]
    [InlineData("""{"b":[]}""", """{"b":[]}""")]
    [InlineData("""{"b":[[{"c":1}]]}""", """{"b":[[{"c":1}]]}""")]
    public void Wanted_fields_come_out_and_nothing_else_however_the_text_is_cut(string text, string expected)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Assert.Equal([expected], Filter(Tree, bytes, bytes.Length));
        Assert.Equal([expected], Filter(Tree, bytes, 1));
        Assert.Equal([expected], Filter(Tree, bytes, 3));
    }

    [Fact]
    public void Texts_may_follow_one_another()
    {
        var bytes = "{\"a\":1}\n{\"a\":2} {\"z\":3}{\"a\":4}\n"u8.ToArray();
        Assert.Equal(["""{"a":1}""", """{"a":2}""", """{}""", """{"a":4}"""], Filter(Tree, bytes, 5));
    }

    [Fact]
    public void Items_of_a_list_come_one_by_one_and_the_list_at_its_end()
    {
        var list = FieldTree.ListOf(FieldTree.Of("n", "m o"));
        var text =
            """{"kind":"L","items":[{"n":1,"x":[]},{"m":[{"o":2,"p":3}]},null,[{"n":4}]],"metadata":{"resourceVersion":"7","selfLink":""}}""";
        string[] expected =
        [
            """{"n":1}""",
            """{"m":[{"o":2}]}""",
            "null",
            """[{"n":4}]""",
            """{"kind":"L","items":[],"metadata":{"resourceVersion":"7"}}""",
        ];
        var bytes = Encoding.UTF8.GetBytes(text);
        Assert.Equal(expected, Filter(list, bytes, bytes.Length));
        Assert.Equal(expected, Filter(list, bytes, 1));
    }

    [Theory]
    [InlineData("}")]
    [InlineData("{]")]
    [InlineData("{,}")]
    [InlineData("""{"a" 1}""")]
    [InlineData("""{"a":1 "b":2}""")]
    [InlineData("""{"a":1,}""")]
    [InlineData("""{"a":}""")]
    [InlineData("""{"b":[1 2]}""")]
    [InlineData("""{"b":[1}""")]
    [InlineData("""{"b":[1,]}""")]
    [InlineData("<html>")]
    [InlineData("{a:1}")]
    public void What_is_not_JSON_is_found_out(string text)
    {
        var filter = new JsonFilter(Tree, 1000);
        var bytes = Encoding.UTF8.GetBytes(text);
        var at = 0;
        FilterEvent told;
        do
        {
            told = filter.Read(bytes.AsSpan(at), out var consumed);
            at += consumed;
        } while (told == FilterEvent.Document);
        Assert.Equal(FilterEvent.Invalid, told);
    }

    [Fact]
    public void An_item_that_is_too_large_is_cut_and_costs_no_other()
    {
        var filter = new JsonFilter(FieldTree.ListOf(FieldTree.Of("n")), 40);
        var text = $$"""{"items":[{"n":1},{"n":"{{new string('x', 100)}}"},{"n":3}],"kind":"L"}""";
        var bytes = Encoding.UTF8.GetBytes(text);
        var told = new List<(bool, string)>();
        var at = 0;
        while (filter.Read(bytes.AsSpan(at), out var consumed) is FilterEvent.Item or FilterEvent.Document)
        {
            at += consumed;
            told.Add((filter.IsTruncated, Encoding.UTF8.GetString(filter.Json)));
        }

        Assert.Equal(4, told.Count);
        Assert.Equal((false, """{"n":1}"""), told[0]);
        Assert.Equal((true, """{"n":"""), told[1]);
        Assert.Equal((false, """{"n":3}"""), told[2]);
        Assert.False(told[3].Item1);
    }

    [Fact]
    public void What_is_not_wanted_takes_no_memory_however_large_or_deep()
    {
        var chunk = new byte[64 * 1024];
        Assert.Equal(0, Allocation.Least(Round));

        long Round()
        {
            var filter = new JsonFilter(Tree, 1000);
            filter.Read("{\"z\":\""u8, out _);
            chunk.AsSpan().Fill((byte)'x');
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 200; i++)
            {
                filter.Read(chunk, out _);
            }

            filter.Read("\",\"y\":"u8, out _);
            chunk.AsSpan().Fill((byte)'[');
            for (var i = 0; i < 200; i++)
            {
                filter.Read(chunk, out _);
            }

            chunk.AsSpan().Fill((byte)']');
            for (var i = 0; i < 200; i++)
            {
                filter.Read(chunk, out _);
            }

            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.Equal(FilterEvent.Document, filter.Read(",\"a\":1}"u8, out _));
            Assert.Equal("""{"a":1}""", Encoding.UTF8.GetString(filter.Json));
            return allocated;
        }
    }

    // The reference is the text as a document, out of which the unwanted members are removed.
    [Fact]
    public void It_agrees_with_a_document_that_is_pruned()
    {
        var random = new Random(20260101);
        for (var i = 0; i < 3000; i++)
        {
            var document = Make(random, 0);
            var options = new JsonSerializerOptions { WriteIndented = i % 3 == 0 };
            var bytes = Encoding.UTF8.GetBytes(document?.ToJsonString(options) ?? "null");
            var expected = Prune(document, 0)?.ToJsonString() ?? "null";
            var found = Assert.Single(Filter(Tree, [.. bytes, (byte)'\n'], 1 + random.Next(20)));
            Assert.True(
                JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(found)),
                $"{document?.ToJsonString()}: {found} is not {expected}"
            );
        }
    }

    // Of the tree a, b.c, b.d.e: the children that a node at a path has; null: a leaf.
    private static JsonNode? Prune(JsonNode? node, int place)
    {
        (string Name, int Place)[]? wanted = place switch
        {
            0 => [("a", 1), ("b", 2), ("f", 4)],
            2 => [("c", 1), ("d", 3)],
            3 => [("e", 1)],
            4 => [("k8s.io/x.y", 1)],
            _ => null,
        };
        switch (node)
        {
            case JsonObject some when wanted is not null:
                var kept = new JsonObject();
                foreach (var (name, next) in wanted)
                {
                    if (some.TryGetPropertyValue(name, out var value))
                    {
                        kept[name] = Prune(value, next);
                    }
                }

                return kept;
            case JsonArray some when wanted is not null:
                return new JsonArray([.. some.Select(item => Prune(item, place))]);
            default:
                return node?.DeepClone();
        }
    }

    private static JsonNode? Make(Random random, int depth)
    {
        string[] names = ["a", "b", "c", "d", "e", "f", "zz", "k8s.io/x.y", "qu\"ote", "back\\", "ü"];
        switch (random.Next(depth > 5 ? 4 : 8))
        {
            case 0:
                return JsonValue.Create(random.Next(-1000, 1000) / 8.0);
            case 1:
                return JsonValue.Create(random.Next(2) == 0);
            case 2:
                return null;
            case 3:
                return JsonValue.Create(
                    string.Concat(
                        Enumerable
                            .Range(0, random.Next(6))
                            .Select(_ => names[random.Next(names.Length)] + "{[]},:")
                    )
                );
            case 4:
                return new JsonArray([
                    .. Enumerable.Range(0, random.Next(4)).Select(_ => Make(random, depth + 1)),
                ]);
            default:
                var some = new JsonObject();
                for (var i = random.Next(6); i > 0; i--)
                {
                    some[names[random.Next(names.Length)]] = Make(random, depth + 1);
                }

                return some;
        }
    }

    // All that comes out of a text that comes in pieces.
    private static List<string> Filter(FieldTree tree, byte[] text, int piece)
    {
        var filter = new JsonFilter(tree, 100_000);
        var found = new List<string>();
        for (var at = 0; at < text.Length; )
        {
            var told = filter.Read(text.AsSpan(at, Math.Min(piece, text.Length - at)), out var consumed);
            Assert.NotEqual(FilterEvent.Invalid, told);
            at += consumed;
            if (told is not FilterEvent.NeedsInput)
            {
                found.Add(Encoding.UTF8.GetString(filter.Json));
            }
        }

        Assert.True(filter.IsBetweenDocuments);
        return found;
    }
}
