using NetMon.Kubernetes.Client;

namespace NetMon.Kubernetes.Tests.Watching;

public sealed class ListTests
{
    [Fact]
    public async Task Pages_are_one_list()
    {
        await using var test = await StartAsync();
        await (await test.Server.NextAsync()).AnswerAsync(200, Frames.List(10, "t/1+=", "a", "b"));
        var second = await test.Server.NextAsync();
        Assert.Equal("t/1+=", second.Query("continue"));
        Assert.Equal("500", second.Query("limit"));
        Assert.False(test.Status.IsSynced);
        await second.AnswerAsync(200, Frames.List(10, null, "c"));
        var watch = await test.Server.NextAsync();
        Assert.Equal("10", watch.Query("resourceVersion"));
        Assert.Equal("begin +a +b +c end", test.Sink.Calls);
        Assert.Equal(2, test.Status.Requests[new("list", 200)]);
    }

    [Fact]
    public async Task A_list_whose_token_expired_begins_again_without_pages_even_where_the_rest_is_offered()
    {
        await using var test = await StartAsync();
        await (await test.Server.NextAsync()).AnswerAsync(200, Frames.List(10, "t1", "a", "b"));
        var expired = Frames
            .Status(410, "Expired", "The provided continue parameter is too old")
            .Replace(
                "\"metadata\":{}",
                "\"metadata\":{\"continue\":\"inconsistent\"}",
                StringComparison.Ordinal
            );
        await (await test.Server.NextAsync()).AnswerAsync(410, expired);
        var whole = await test.Server.NextAsync();
        Assert.Null(whole.Query("limit"));
        Assert.Null(whole.Query("continue"));
        await whole.AnswerAsync(200, Frames.List(20, null, "b", "c"));
        Assert.Equal("20", (await test.Server.NextAsync()).Query("resourceVersion"));
        Assert.Equal("b c", test.Sink.Known);
        Assert.Equal("begin +a +b abort begin +b +c end", test.Sink.Calls);
        Assert.Equal(1, test.Status.Errors[ErrorReasons.Expired]);
    }

    [Fact]
    public async Task A_list_that_breaks_off_leaves_what_was_known_and_is_made_again()
    {
        await using var test = await StartAsync();
        var cut = await (await test.Server.NextAsync()).BeginAsync();
        await cut.SendAsync(Frames.List(10, null, "a", "b")[..^40]);
        await test.UntilKnownAsync("a");
        cut.Kill();
        var (again, waited) = await test.NextAsync();
        Assert.InRange(waited.TotalSeconds, 0.25, 0.5);
        await again.AnswerAsync(200, Frames.List(11, null, "b"));
        await test.UntilKnownAsync("b");
        Assert.Equal("begin +a abort begin +b end", test.Sink.Calls);
    }

    [Fact]
    public async Task A_frozen_server_is_not_waited_for()
    {
        var patience = new ApiPatience { Answer = TimeSpan.FromMinutes(3), List = TimeSpan.FromMinutes(10) };
        await using var test = await StartAsync(patience);
        await test.Server.NextAsync();
        await Patience.UntilAsync(() => test.Time.NextTimer == patience.Answer, "waiting for an answer");
        test.Time.Advance(patience.Answer);
        var (again, _) = await test.NextAsync();
        Assert.Equal(1, test.Status.Errors[ErrorReasons.Timeout]);
        await again.AnswerAsync(200, Frames.List(10, null, "a"));
        await test.UntilKnownAsync("a");
    }

    [Fact]
    public async Task After_a_list_that_took_longer_than_all_objects_are_to_be_told_anew_a_watch_follows()
    {
        await using var test = await StartAsync();
        var list = await test.Server.NextAsync();
        test.Time.Advance(TimeSpan.FromMinutes(40));
        await list.AnswerAsync(200, Frames.List(10, null, "a"));
        var watch = await test.Server.NextAsync();
        Assert.Equal("10", watch.Query("resourceVersion"));
        var length = TimeSpan.FromSeconds(int.Parse(watch.Query("timeoutSeconds")!));
        Assert.InRange(length.TotalSeconds, 300, 600);
        await watch.BeginAsync();
        await Patience.UntilAsync(() => test.Status.IsWatching, "watching");
        test.Time.Advance(length);
        watch.End();
        var again = await test.Server.NextAsync();
        Assert.Equal("10", again.Query("resourceVersion"));
        Assert.Equal(1, test.Status.Restarts["ended"]);
    }

    [Fact]
    public async Task A_list_that_trickles_is_given_up()
    {
        var patience = new ApiPatience { Answer = TimeSpan.FromMinutes(3), List = TimeSpan.FromMinutes(5) };
        await using var test = await StartAsync(patience);
        var slow = await (await test.Server.NextAsync()).BeginAsync();
        await slow.SendAsync(" ");
        await Patience.UntilAsync(() => test.Time.NextTimer == patience.Answer, "waiting for the next piece");
        test.Time.Advance(TimeSpan.FromMinutes(2));
        await slow.SendAsync(" ");
        await Patience.UntilAsync(
            () => test.Time.NextTimer == TimeSpan.FromMinutes(3),
            "what is left of the list's time"
        );
        test.Time.Advance(TimeSpan.FromMinutes(2));
        await slow.SendAsync(" ");
        await Patience.UntilAsync(() => test.Time.NextTimer == TimeSpan.FromMinutes(1), "the last minute");
        test.Time.Advance(TimeSpan.FromMinutes(1));
        await test.NextAsync();
        Assert.Equal(1, test.Status.Errors[ErrorReasons.Timeout]);
    }

    [Theory]
    [InlineData("<html>not found</html>")]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"kind\":\"PodList\",\"items\":[]}")]
    [InlineData("{\"kind\":\"PodList\",\"metadata\":{\"resourceVersion\":17},\"items\":[]}")]
    public async Task What_is_no_list_is_an_error_and_empties_nothing(string body)
    {
        await using var test = await StartAsync();
        await (await test.Server.NextAsync()).AnswerAsync(200, body);
        var (again, _) = await test.NextAsync();
        Assert.Equal(1, test.Status.Errors[ErrorReasons.Protocol]);
        Assert.False(test.Status.IsSynced);
        Assert.Equal("begin abort", test.Sink.Calls);
        await again.AnswerAsync(200, Frames.List(10, null, "a"));
        await test.UntilKnownAsync("a");
    }

    [Fact]
    public async Task An_object_that_cannot_be_read_is_named_and_costs_no_other()
    {
        await using var test = await StartAsync();
        var list = Frames
            .List(10, null, "a", "b", "c")
            .Replace("\"uid\":\"uid-b\"", "\"uid\":[1]", StringComparison.Ordinal);
        await (await test.Server.NextAsync()).AnswerAsync(200, list);
        await test.UntilKnownAsync("a c");
        await Patience.UntilAsync(() => test.Status.IsSynced, "synced");
        Assert.Equal(1, test.Status.ObjectsUnreadable);
        Assert.Contains(
            test.Log.Messages,
            line => line.StartsWith("Warning 304 namespaces: b cannot be read", StringComparison.Ordinal)
        );
    }

    // A server that does not stream initial events, asked for the list.
    private static async Task<WatcherUnderTest> StartAsync(ApiPatience? patience = null)
    {
        var test = await WatcherUnderTest.StartAsync(patience);
        await (await test.Server.NextAsync()).AnswerAsync(422, Frames.Status(422, "Invalid", "forbidden"));
        return test;
    }
}
