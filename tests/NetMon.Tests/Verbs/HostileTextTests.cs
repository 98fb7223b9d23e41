using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using NetMon.Terminal;
using NetMon.Tests.Terminal;
using NetMon.Verbs;

namespace NetMon.Tests.Verbs;

/// <summary>Every text of an answer by turns is made hostile: whatever a verb makes of it, no terminal is to obey it.</summary>
public sealed class HostileTextTests : IAsyncLifetime
{
    private const string Hostile =
        "\e[2J\e]0;owned\a\r\nforged  line\u009b31m\u202edesrever\u200b\u2028\x7f\t";

    private static readonly Dictionary<string, string> Answers = new(StringComparer.Ordinal)
    {
        ["flows"] = """
            {"time":"2026-03-01T12:00:00Z","total":1,"flows":[{"id":"1df52d6a59a6e5f0","start":"2026-03-01T11:56:48Z","last":"2026-03-01T11:59:59Z","protocol":"tcp","state":"established","status":"failed","cause":"timeout","direction":"egress","scope":"pod-to-pod","traffic":"internal","source":{"ip":"10.244.1.17","port":41234,"interface":"veth1","namespace":"shop","pod":"web-1","workload":"web","kind":"Deployment","node":"node-1","zone":"a","labels":{"app":"web"},"process":{"pid":4711,"command":"nginx","cgroup":"/kubepods.slice"}},"destination":{"ip":"10.244.2.9","port":6379,"interface":"eth0","namespace":"shop","pod":"redis-0","workload":"redis","kind":"StatefulSet","node":"node-2","service":{"namespace":"shop","name":"cart","port_name":"redis","ip":"10.96.7.7","port":6380}},"sent":{"bytes":12345,"packets":13},"received":{"bytes":4567890,"packets":4568},"tcp":{"flags_sent":"SYN","flags_received":"SYN,ACK"},"class":"direct","drops":[{"reason":"SOCKET_RCVBUFF","sent_packets":0,"sent_bytes":0,"received_packets":2,"received_bytes":2900}]}]}
            """,
        ["drops"] = """
            {"time":"2026-03-01T12:00:00Z","total":1,"drops":[{"time":"2026-03-01T11:59:59Z","first":"2026-03-01T11:59:59Z","reason":"NETFILTER_DROP","class":"policy","packets":2,"bytes":120,"protocol":"tcp","direction":"egress","path":"receive","source":{"ip":"10.1.0.2","port":60052,"namespace":"shop","workload":"web","kind":"Deployment"},"destination":{"ip":"10.1.0.3","port":5555,"namespace":"shop","workload":"db","kind":"StatefulSet"},"interface":{"index":11,"name":"veth1"},"netns":4026531840,"host":true,"location":"nft_do_chain+0x3e8","flow":"1ca2960bd3d0149c","hint":"a netfilter rule dropped it"}]}
            """,
        ["events"] = """
            {"time":"2026-03-01T12:00:00Z","total":1,"events":[{"id":3,"event":"update","type":"vertical-scan","severity":"high","state":"ongoing","what":"10.0.0.66 tried 1000 ports","since":"2026-03-01T11:56:48Z","last":"2026-03-01T11:59:58Z","source":{"ip":"10.0.0.66","namespace":"shop","workload":"web","kind":"Deployment"},"destination":{"ip":"10.0.0.5"},"evidence":{"attempts":1002,"ports":1000,"technique":"syn"}}]}
            """,
        ["error"] = """{"error":"what went wrong"}""",
    };

    private FakeAgent _agent = null!;

    public async Task InitializeAsync() => _agent = await FakeAgent.StartAsync();

    public async Task DisposeAsync() => await _agent.DisposeAsync();

    [Theory]
    [InlineData("flows", "")]
    [InlineData("flows", "wide")]
    [InlineData("flows", "json")]
    [InlineData("flows", "yaml")]
    [InlineData("drops", "")]
    [InlineData("drops", "wide")]
    [InlineData("drops", "json")]
    [InlineData("events", "")]
    [InlineData("events", "wide")]
    [InlineData("events", "json")]
    [InlineData("error", "")]
    public async Task No_text_of_an_answer_reaches_the_terminal_as_it_is(string about, string format)
    {
        var places = TextsOf(JsonNode.Parse(Answers[about])!).Count;
        Assert.NotEqual(0, places);
        for (var place = 0; place < places; place++)
        {
            var answer = JsonNode.Parse(Answers[about])!;
            var text = TextsOf(answer)[place];
            text.ReplaceWith(Hostile);
            _agent.List = context =>
            {
                context.Response.StatusCode = about == "error" ? 503 : 200;
                return context.Response.WriteAsync(answer.ToJsonString());
            };
            using var output = new CapturedOutput(width: 200, colour: false);
            await VerbOf(about, output.Target)
                .Parse([
                    .. (string[])(format.Length > 0 ? ["-o", format] : []),
                    "--server",
                    _agent.Address.ToString(),
                ])
                .InvokeAsync();

            AssertHarmless(output.Text);
            AssertHarmless(output.Errors);
            Assert.DoesNotContain("\nforged", output.Text + output.Errors, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_line_is_harmless_whatever_is_added_to_it()
    {
        for (var c = '\0'; c < char.MaxValue; c++)
        {
            AssertHarmless(new StyledLine(colour: false).Add(c.ToString()).ToString());
        }

        Assert.Equal("│ … →", new StyledLine(colour: false).Add("│ … →").ToString());
    }

    private static Command VerbOf(string about, TerminalOutput output) =>
        about switch
        {
            "drops" => DropsVerb.Create(() => output),
            "events" => EventsVerb.Create(() => output),
            _ => FlowsVerb.Create(() => output),
        };

    private static List<JsonValue> TextsOf(JsonNode node)
    {
        var found = new List<JsonValue>();
        Walk(node);
        return found;

        void Walk(JsonNode? at)
        {
            switch (at)
            {
                case JsonObject members:
                    foreach (var (_, value) in members)
                    {
                        Walk(value);
                    }

                    break;
                case JsonArray items:
                    foreach (var item in items)
                    {
                        Walk(item);
                    }

                    break;
                case JsonValue value when value.GetValueKind() == System.Text.Json.JsonValueKind.String:
                    found.Add(value);
                    break;
            }
        }
    }

    private static void AssertHarmless(string text)
    {
        foreach (var c in text)
        {
            var isHarmful =
                c != '\n'
                && CharUnicodeInfo.GetUnicodeCategory(c)
                    is UnicodeCategory.Control
                        or UnicodeCategory.Format
                        or UnicodeCategory.LineSeparator
                        or UnicodeCategory.ParagraphSeparator;
            Assert.False(isHarmful, $"U+{(int)c:x4} in: {text.ReplaceLineEndings("|")}");
        }
    }
}
