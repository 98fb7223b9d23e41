using Microsoft.AspNetCore.Server.Kestrel.Core;
using NetMon.Kubernetes.Client;

namespace NetMon.Kubernetes.Tests.Watching;

public sealed class WatchTests
{
    [Fact]
    public async Task A_watch_that_the_server_ends_goes_on_from_the_last_version_at_once()
    {
        await using var test = await WatcherUnderTest.StartAsync();
        var watch = await test.SyncAsync();
        await watch.SendAsync(Frames.Modified("a", 15) + Frames.Bookmark(40));
        await test.UntilKnownAsync("a b");
        await Patience.UntilAsync(() => test.Sink.Calls.EndsWith("+a", StringComparison.Ordinal), "modified");
        test.Time.Advance(TimeSpan.FromSeconds(300));
        watch.End();
        var again = await test.Server.NextAsync();
        Assert.Equal("40", again.Query("resourceVersion"));
        Assert.Null(again.Query("sendInitialEvents"));
        Assert.Equal(1, test.Status.Restarts["ended"]);
        Assert.Empty(test.Status.Errors);
    }

    [Fact]
    public async Task Watches_that_end_at_once_are_asked_for_ever_more_seldom()
    {
        await using var test = await WatcherUnderTest.StartAsync();
        var watch = await test.SyncAsync();
        var waits = new List<double>();
        for (var i = 0; i < 9; i++)
        {
            watch.End();
            (watch, var waited) = await test.NextAsync();
            await watch.BeginAsync();
            waits.Add(waited.TotalSeconds);
        }

        for (var i = 0; i < waits.Count; i++)
        {
            var longest = Math.Min(30, 0.5 * Math.Pow(2, i));
            Assert.InRange(waits[i], longest / 2, longest);
        }
    }

    [Fact]
    public async Task An_expired_version_within_an_answer_of_200_means_to_be_told_all_anew()
    {
        await using var test = await WatcherUnderTest.StartAsync();
        var watch = await test.SyncAsync();
        await watch.SendAsync(Frames.Error(410, "Expired", "too old resource version: 10 (200)"));
        watch.End();
        var (again, waited) = await test.NextAsync();
        Assert.True(again.IsStreaming);
        Assert.InRange(waited.TotalSeconds, 0.25, 5.5);
        Assert.Equal(1, test.Status.Restarts[ErrorReasons.Expired]);
        Assert.Equal("a b", test.Sink.Known);
    }

    [Fact]
    public async Task An_expired_version_as_an_answer_means_to_be_told_all_anew()
    {
        await using var test = await WatcherUnderTest.StartAsync();
        (await test.SyncAsync()).Kill();
        var (watch, _) = await test.NextAsync();
        Assert.Equal("10", watch.Query("resourceVersion"));
        await watch.AnswerAsync(410, Frames.Status(410, "Expired", "too old"));
        var (again, _) = await test.NextAsync();
        Assert.True(again.IsStreaming);
    }

    [Theory]
    [InlineData(500, "InternalError")]
    [InlineData(504, "Timeout")]
    public async Task Another_error_in_the_watch_is_put_right_by_a_list(int code, string reason)
    {
        await using var test = await WatcherUnderTest.StartAsync();
        var watch = await test.SyncAsync();
        await watch.SendAsync(Frames.Error(code, reason, "Too large resource version: 10, current: 5"));
        watch.End();
        var (list, _) = await test.NextAsync();
        Assert.False(list.IsWatch);
        await list.AnswerAsync(200, Frames.List(5, null, "a"));
        await test.UntilKnownAsync("a");
        Assert.Equal("5", (await test.Server.NextAsync()).Query("resourceVersion"));
    }

    [Theory]
    [InlineData(HttpProtocols.Http2)]
    [InlineData(HttpProtocols.Http1)]
    public async Task A_server_that_is_killed_in_the_middle_of_a_frame_costs_nothing(HttpProtocols protocols)
    {
        await using var test = await WatcherUnderTest.StartAsync(protocols: protocols);
        var watch = await test.SyncAsync();
        await watch.SendAsync(Frames.Added("c", 11) + Frames.Added("d", 12)[..50]);
        await test.UntilKnownAsync("a b c");
        watch.Kill();
        var (again, waited) = await test.NextAsync();
        Assert.Equal("11", again.Query("resourceVersion"));
        Assert.InRange(waited.TotalSeconds, 0.25, 0.5);
        await again.BeginAsync();
        await again.SendAsync(Frames.Added("d", 12));
        await test.UntilKnownAsync("a b c d");
        Assert.Equal(protocols == HttpProtocols.Http1 ? "HTTP/1.1" : "HTTP/2", again.Protocol);
        Assert.Contains(test.Log.Messages, line => line.Contains("watching again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_frame_that_is_cut_as_if_it_were_complete_is_an_error()
    {
        await using var test = await WatcherUnderTest.StartAsync();
        var watch = await test.SyncAsync();
        await watch.SendAsync(Frames.Added("c", 11)[..50]);
        watch.End();
        var (again, _) = await test.NextAsync();
        Assert.Equal("10", again.Query("resourceVersion"));
        Assert.Equal(1, test.Status.Errors[ErrorReasons.Protocol]);
    }

    [Fact]
    public async Task An_event_of_an_unknown_type_or_without_an_object_is_passed_over()
    {
        await using var test = await WatcherUnderTest.StartAsync();
        var watch = await test.SyncAsync();
        await watch.SendAsync(
            Frames.Added("c", 11).Replace("ADDED", "RENAMED", StringComparison.Ordinal)
                + "{\"type\":\"ADDED\"}\n{\"type\":7,\"object\":{}}\n{\"object\":5}\n"
                + Frames.Added("d", 12)
        );
        await test.UntilKnownAsync("a b d");
        Assert.Equal(4, test.Status.ObjectsUnreadable);
    }

    [Fact]
    public async Task A_silent_watch_is_ended_by_our_own_clock()
    {
        await using var test = await WatcherUnderTest.StartAsync();
        await test.SyncAsync();
        await Patience.UntilAsync(() => test.Time.NextTimer is not null, "the guard");
        var guard = test.Time.NextTimer!.Value;
        Assert.InRange(guard.TotalSeconds, 329, 630);
        test.Time.Advance(guard);
        var (again, _) = await test.NextAsync();
        Assert.Equal("10", again.Query("resourceVersion"));
        Assert.Equal(1, test.Status.Restarts[ErrorReasons.Timeout]);
    }

    [Fact]
    public async Task All_objects_are_told_anew_after_half_an_hour_whatever_the_watch_says()
    {
        await using var test = await WatcherUnderTest.StartAsync();
        var watch = await test.SyncAsync();
        var asked = TimeSpan.Zero;
        var ends = 0;
        do
        {
            await Patience.UntilAsync(() => test.Status.IsWatching, "watching");
            var length = TimeSpan.FromSeconds(int.Parse(watch.Query("timeoutSeconds")!));
            test.Time.Advance(length);
            watch.End();
            ends++;
            await Patience.UntilAsync(() => test.Status.Restarts.Values.Sum() == ends, "ended");
            var (next, waited) = await test.NextAsync();
            watch = await next.BeginAsync();
            asked += length + waited;
        } while (!watch.IsStreaming);

        Assert.InRange(asked.TotalMinutes, 26.9, 33.1);
        Assert.Equal(1, test.Status.Restarts["resync"]);
        Assert.Empty(test.Status.Errors);
        await watch.SendAsync(Frames.Added("z", 5) + Frames.InitialEventsEnd(6));
        await test.UntilKnownAsync("z");
    }

    [Fact]
    public async Task A_fault_of_the_sink_is_logged_and_all_is_told_anew()
    {
        await using var test = await WatcherUnderTest.StartAsync();
        var watch = await test.SyncAsync();
        test.Sink.Fault = new InvalidOperationException("fault of a test");
        await watch.SendAsync(Frames.Added("c", 11));
        var (again, _) = await test.NextAsync();
        Assert.True(again.IsStreaming);
        Assert.Contains(test.Log.Messages, line => line.StartsWith("Error 305", StringComparison.Ordinal));
        await again.BeginAsync();
        await again.SendAsync(Frames.Added("c", 11) + Frames.InitialEventsEnd(12));
        await test.UntilKnownAsync("c");
    }
}
