using NetMon.Kubernetes.Client;

namespace NetMon.Kubernetes.Tests.Watching;

public sealed class InitialEventsTests
{
    [Fact]
    public async Task All_objects_come_as_initial_events_and_the_same_request_goes_on_as_the_watch()
    {
        await using var test = await WatcherUnderTest.StartAsync();
        var request = await test.Server.NextAsync();

        Assert.Equal("/api/v1/namespaces", request.Path);
        Assert.True(request.IsWatch && request.IsStreaming);
        Assert.Equal("true", request.Query("allowWatchBookmarks"));
        Assert.Equal("NotOlderThan", request.Query("resourceVersionMatch"));
        Assert.Null(request.Query("resourceVersion"));
        Assert.InRange(int.Parse(request.Query("timeoutSeconds")!), 300, 600);
        Assert.StartsWith(
            "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1",
            request.Headers.Accept
        );
        Assert.StartsWith("netmon/0.", request.Headers.UserAgent);
        Assert.Equal("Bearer good", request.Headers.Authorization);
        Assert.Equal("HTTP/2", request.Protocol);

        await request.BeginAsync();
        await request.SendAsync(Frames.Added("a", 3) + Frames.Added("b", 7));
        await test.UntilKnownAsync("a b");
        Assert.False(test.Status.IsSynced);
        await request.SendAsync(Frames.InitialEventsEnd(10));
        await Patience.UntilAsync(() => test.Status.IsSynced, "synced");
        await request.SendAsync(Frames.Added("c", 11) + Frames.Deleted("a", 12));
        await test.UntilKnownAsync("b c");
        Assert.Equal("begin +a +b end +c -a", test.Sink.Calls);
        Assert.Equal(1, test.Status.Requests[new("watch", 200)]);
        Assert.Equal(2, test.Status.LastListObjects);
    }

    [Fact]
    public async Task What_changes_while_initial_events_come_is_told_too()
    {
        await using var test = await WatcherUnderTest.StartAsync();
        var request = await (await test.Server.NextAsync()).BeginAsync();
        await request.SendAsync(
            Frames.Added("a", 3) + Frames.Added("b", 7) + Frames.Deleted("a", 9) + Frames.InitialEventsEnd(10)
        );
        await Patience.UntilAsync(() => test.Status.IsSynced, "synced");
        Assert.Equal("b", test.Sink.Known);
    }

    [Theory]
    [InlineData(
        422,
        "Invalid",
        "sendInitialEvents: Forbidden: sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled"
    )]
    [InlineData(400, "BadRequest", "unknown parameter")]
    public async Task A_server_that_refuses_initial_events_is_listed_at_once(
        int code,
        string reason,
        string message
    )
    {
        await using var test = await WatcherUnderTest.StartAsync();
        await (await test.Server.NextAsync()).AnswerAsync(code, Frames.Status(code, reason, message));
        var list = await test.Server.NextAsync();
        Assert.False(list.IsWatch);
        Assert.Equal("500", list.Query("limit"));
        Assert.Null(list.Query("resourceVersion"));
        Assert.Equal("gzip", list.Headers.AcceptEncoding);
        await list.AnswerAsync(200, Frames.List(10, null, "a", "b"), gzip: true);
        var watch = await test.Server.NextAsync();
        Assert.True(watch.IsWatch && !watch.IsStreaming);
        Assert.Equal("10", watch.Query("resourceVersion"));
        Assert.Equal(0, watch.Headers.AcceptEncoding.Count);
        Assert.Equal("begin +a +b end", test.Sink.Calls);
    }

    [Theory]
    [InlineData(500, "InternalError", "RequestWatchProgress is disabled")]
    [InlineData(504, "Timeout", "Too large resource version")]
    public async Task Initial_events_that_end_in_an_error_are_listed_at_once(
        int code,
        string reason,
        string message
    )
    {
        await using var test = await WatcherUnderTest.StartAsync();
        var stream = await (await test.Server.NextAsync()).BeginAsync();
        await stream.SendAsync(Frames.Added("a", 3) + Frames.Error(code, reason, message));
        stream.End();
        var list = await test.Server.NextAsync();
        Assert.False(list.IsWatch);
        await list.AnswerAsync(200, Frames.List(10, null, "b"));
        await test.UntilKnownAsync("b");
        Assert.Equal("begin +a abort begin +b end", test.Sink.Calls);
    }

    [Fact]
    public async Task Initial_events_that_never_end_are_listed_instead()
    {
        var patience = new ApiPatience { Answer = TimeSpan.FromMinutes(3), List = TimeSpan.FromMinutes(5) };
        await using var test = await WatcherUnderTest.StartAsync(patience);
        var stream = await (await test.Server.NextAsync()).BeginAsync();
        await stream.SendAsync(Frames.Added("a", 3));
        await test.UntilKnownAsync("a");
        await Patience.UntilAsync(() => test.Time.NextTimer == patience.Answer, "waiting for the next piece");
        test.Time.Advance(patience.Answer);
        var (list, _) = await test.NextAsync();
        Assert.False(list.IsWatch);
        Assert.Equal(1, test.Status.Errors[ErrorReasons.Timeout]);
        await list.AnswerAsync(200, Frames.List(10, null, "a", "b"));
        await test.UntilKnownAsync("a b");
    }

    [Fact]
    public async Task Initial_events_that_break_off_leave_what_was_known()
    {
        await using var test = await WatcherUnderTest.StartAsync();
        var watch = await test.SyncAsync();
        await watch.SendAsync(Frames.Error(410, "Expired", "too old resource version: 10 (200)"));
        watch.End();
        var (again, _) = await test.NextAsync();
        Assert.True(again.IsStreaming);
        await again.BeginAsync();
        await again.SendAsync(Frames.Added("c", 201));
        await test.UntilKnownAsync("a b c");
        again.Kill();
        var (third, _) = await test.NextAsync();
        Assert.True(third.IsStreaming);
        Assert.Equal("a b c", test.Sink.Known);
        await third.BeginAsync();
        await third.SendAsync(Frames.Added("c", 201) + Frames.InitialEventsEnd(202));
        await test.UntilKnownAsync("c");
        Assert.Equal("begin +a +b end begin +c abort begin +c end", test.Sink.Calls);
    }

    [Fact]
    public async Task Initial_events_that_break_off_twice_are_listed_instead()
    {
        await using var test = await WatcherUnderTest.StartAsync();
        await CutShortAsync(await test.Server.NextAsync(), test);
        var (again, _) = await test.NextAsync();
        Assert.True(again.IsStreaming);
        await CutShortAsync(again, test);
        var (list, _) = await test.NextAsync();
        Assert.False(list.IsWatch);
        await list.AnswerAsync(200, Frames.List(10, null, "b"));
        await test.UntilKnownAsync("b");
        Assert.Equal("10", (await test.Server.NextAsync()).Query("resourceVersion"));
        Assert.Equal("begin +a abort begin +a abort begin +b end", test.Sink.Calls);
        Assert.Equal(2, test.Status.Errors[ErrorReasons.Connection]);
    }

    [Fact]
    public async Task Initial_events_that_broke_off_before_others_came_to_their_end_count_no_more()
    {
        await using var test = await WatcherUnderTest.StartAsync();
        await CutShortAsync(await test.Server.NextAsync(), test);
        var watch = await (await test.NextAsync()).Request.BeginAsync();
        await watch.SendAsync(Frames.Added("a", 3) + Frames.InitialEventsEnd(10));
        await Patience.UntilAsync(() => test.Status.IsWatching, "watching");
        await watch.SendAsync(Frames.Error(410, "Expired", "too old resource version: 10 (200)"));
        watch.End();
        await CutShortAsync((await test.NextAsync()).Request, test);
        Assert.True((await test.NextAsync()).Request.IsStreaming);
    }

    [Fact]
    public async Task Versions_of_initial_events_are_no_place_to_go_on_from()
    {
        await using var test = await WatcherUnderTest.StartAsync();
        var watch = await test.SyncAsync();
        watch.End();
        var (again, _) = await test.NextAsync();
        Assert.Equal("10", again.Query("resourceVersion"));
    }

    // As a proxy between that allows no answer so long.
    private static async Task CutShortAsync(ScriptedRequest request, WatcherUnderTest test)
    {
        var calls = test.Sink.Calls.Length;
        await request.BeginAsync();
        await request.SendAsync(Frames.Added("a", 3));
        await Patience.UntilAsync(
            () => test.Sink.Calls.Length > calls && test.Sink.Calls.EndsWith("+a", StringComparison.Ordinal),
            "the first of them"
        );
        request.Kill();
    }
}
