using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using NetMon.Agent.Diagnosis;
using NetMon.Agent.Logging;

namespace NetMon.Agent.Tests.Diagnosis;

/// <summary>The log's addresses of the API: asked for lines, and for more of them.</summary>
public sealed class LogEndpointTests : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly LogLevels _levels;
    private readonly LogRing _ring;

    public LogEndpointTests()
    {
        _levels = new LogLevels(LogLevel.Information, _time);
        _ring = new LogRing(_time, maxLines: 2);
        _ring.CreateLogger("NetMon.Agent.Interfaces.InterfaceWatch");
        _ring.CreateLogger("NetMon.Agent.Capture.CaptureLoop");
    }

    public void Dispose()
    {
        _levels.Dispose();
        _ring.Dispose();
    }

    [Fact]
    public async Task A_trace_begins_and_tells_until_when()
    {
        var (status, answer) = await PostAsync(
            """{"categories":["interfaces"],"level":"debug","seconds":60}"""
        );

        Assert.Equal(200, status);
        Assert.True(answer.GetProperty("tracing").GetBoolean());
        Assert.Equal("info", answer.GetProperty("usual_level").GetString());
        Assert.Equal(
            _time.GetUtcNow() + TimeSpan.FromSeconds(60),
            answer.GetProperty("until").GetDateTimeOffset()
        );
        Assert.True(_levels.IsEnabled("NetMon.Agent.Interfaces.InterfaceWatch", LogLevel.Debug));
        Assert.False(_levels.IsEnabled("NetMon.Agent.Capture.CaptureLoop", LogLevel.Debug));

        _time.Advance(TimeSpan.FromSeconds(60));
        Assert.Null(_levels.Trace);
    }

    [Fact]
    public async Task A_trace_is_turned_off()
    {
        await PostAsync("{}");
        Assert.NotNull(_levels.Trace);

        var (status, answer) = await PostAsync("""{"off":true}""");

        Assert.Equal(200, status);
        Assert.False(answer.GetProperty("tracing").GetBoolean());
        Assert.Null(_levels.Trace);
    }

    [Theory]
    [InlineData("""{"categories":["interface"]}""", "capture, interfaces")]
    [InlineData("""{"seconds":0}""", "out of range")]
    [InlineData("""{"seconds":1e9}""", "out of range")]
    [InlineData("""{"level":"loud"}""", "level")]
    [InlineData("""{"categories":"interfaces"}""", "categories")]
    [InlineData("""{"colour":"red"}""", "colour")]
    [InlineData("[]", "object")]
    [InlineData("{", "JSON")]
    public async Task What_is_wrong_is_said_and_changes_nothing(string body, string says)
    {
        var (status, answer) = await PostAsync(body);

        Assert.Equal(400, status);
        Assert.Contains(says, answer.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Null(_levels.Trace);
    }

    [Fact]
    public async Task The_latest_lines_are_handed_out_with_how_many_are_not()
    {
        var logger = _ring.CreateLogger("NetMon.Agent");
        for (var i = 1; i <= 3; i++)
        {
            logger.Log(LogLevel.Warning, new EventId(i), $"line \"{i}\"", null, (text, _) => text);
        }

        var known = new HashSet<string>(StringComparer.Ordinal) { "line", "lin", "ne", "3" };
        var (_, answer) = await SendAsync(new LogsEndpoint(_ring, () => known).HandleAsync, "");

        Assert.Equal(1, answer.GetProperty("dropped").GetInt64());
        var lines = answer.GetProperty("lines").EnumerateArray().ToArray();
        Assert.Equal(
            ["line \"2\"", "line \"3\""],
            lines.Select(line => line.GetProperty("message").GetString())
        );
        Assert.Equal("warning", lines[0].GetProperty("level").GetString());
        Assert.Equal(2, lines[0].GetProperty("id").GetInt32());
        // So that who passes the log on can replace them.
        var names = answer.GetProperty("names").EnumerateArray();
        Assert.Equal(["3", "line"], names.Select(name => name.GetString()));
    }

    [Fact]
    public void Names_are_found_as_whole_words_whatever_is_around_them()
    {
        var known = new HashSet<string>(StringComparer.Ordinal)
        {
            "shop",
            "web-1",
            "node1.example.com",
            "web",
            "absent",
        };
        string[] texts = ["pods: shop/web-1: gone", "(node1.example.com).", "webs, my-web, web-11", ""];

        Assert.Equal(["node1.example.com", "shop", "web-1"], LogsEndpoint.NamesIn(texts, known));
    }

    private Task<(int Status, JsonElement Answer)> PostAsync(string body) =>
        SendAsync(new TraceEndpoint(_levels, _ring, NullLogger<TraceEndpoint>.Instance).HandleAsync, body);

    private static async Task<(int Status, JsonElement Answer)> SendAsync(
        RequestDelegate handler,
        string body
    )
    {
        using var answer = new MemoryStream();
        var context = new DefaultHttpContext();
        context.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(body));
        context.Response.Body = answer;
        await handler(context);
        await context.Response.BodyWriter.FlushAsync();
        using var document = JsonDocument.Parse(answer.ToArray());
        return (context.Response.StatusCode, document.RootElement.Clone());
    }
}
