using NetMon.Kubernetes.Client;

namespace NetMon.Kubernetes.Tests.Watching;

public sealed class RefusalTests
{
    [Theory]
    [InlineData(403, "Forbidden", ErrorReasons.Forbidden)]
    [InlineData(401, "Unauthorized", ErrorReasons.Unauthorized)]
    [InlineData(404, "NotFound", ErrorReasons.Unknown)]
    [InlineData(503, "ServiceUnavailable", ErrorReasons.Server)]
    public async Task A_refusal_leaves_what_is_known_and_is_asked_again(int code, string reason, string word)
    {
        await using var test = await WatcherUnderTest.StartAsync();
        (await test.SyncAsync()).Kill();
        for (var i = 0; i < 3; i++)
        {
            var (refused, _) = await test.NextAsync();
            Assert.Equal("10", refused.Query("resourceVersion"));
            await refused.AnswerAsync(code, Frames.Status(code, reason, "no"));
        }

        var (granted, waited) = await test.NextAsync();
        Assert.InRange(waited.TotalSeconds, 2, 4);
        Assert.Equal("a b", test.Sink.Known);
        Assert.Equal(3, test.Status.Errors[word]);
        Assert.Equal(3, test.Status.Requests[new("watch", code)]);
        Assert.Equal($"answered {code}: no", test.Status.Trouble);
        await granted.BeginAsync();
        await granted.SendAsync(Frames.Added("c", 20));
        await test.UntilKnownAsync("a b c");
        Assert.Null(test.Status.Trouble);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public async Task A_server_that_asks_for_time_is_given_it(int code)
    {
        await using var test = await WatcherUnderTest.StartAsync();
        await (await test.Server.NextAsync()).AnswerAsync(code, "", headers: ("Retry-After", "20"));
        var (again, waited) = await test.NextAsync();
        Assert.InRange(waited.TotalSeconds, 20, 25);
        Assert.True(again.IsStreaming);
    }

    [Fact]
    public async Task A_server_that_asks_for_a_day_is_given_two_minutes()
    {
        await using var test = await WatcherUnderTest.StartAsync();
        await (await test.Server.NextAsync()).AnswerAsync(503, "", headers: ("Retry-After", "86400"));
        await Patience.UntilAsync(
            () =>
                test.Time.NextTimer is { } next
                && next <= TimeSpan.FromSeconds(150)
                && next >= TimeSpan.FromSeconds(120),
            "two minutes and some"
        );
    }

    [Fact]
    public async Task A_token_that_was_rotated_is_read_at_once_and_used_without_a_wait()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "first\n");
        await using var test = await WatcherUnderTest.StartAsync(authorization: time => new TokenFile(
            file,
            time
        ));
        var request = await test.Server.NextAsync();
        Assert.Equal("Bearer first", request.Headers.Authorization);
        await File.WriteAllTextAsync(file, "second\n");
        await request.AnswerAsync(401, Frames.Status(401, "Unauthorized", "Unauthorized"));
        var again = await test.Server.NextAsync();
        Assert.Equal("Bearer second", again.Headers.Authorization);
        Assert.Empty(test.Status.Errors);
        await again.AnswerAsync(401, "");
        var (third, waited) = await test.NextAsync();
        Assert.True(waited > TimeSpan.Zero);
        Assert.Equal("Bearer second", third.Headers.Authorization);
        File.Delete(file);
    }

    [Fact]
    public async Task Failures_are_logged_once_a_minute()
    {
        await using var test = await WatcherUnderTest.StartAsync();
        for (var i = 0; i < 5; i++)
        {
            await (await test.NextAsync()).Request.AnswerAsync(
                403,
                Frames.Status(403, "Forbidden", "namespaces is forbidden")
            );
        }

        await test.NextAsync();
        Assert.Single(
            test.Log.Messages,
            line => line.Contains("namespaces is forbidden", StringComparison.Ordinal)
        );
    }
}
