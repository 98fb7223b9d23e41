using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Http;
using NetMon.Lab.ApiServer.Misbehaviour;
using NetMon.Lab.ApiServer.Requests;
using NetMon.Lab.ApiServer.Storage;

namespace NetMon.Lab.ApiServer.Serving;

/// <summary>Serves watches.</summary>
/// <remarks>
/// <code>
///   version    sendInitialEvents   begins with
///   none, 0    not given           what there is (with 1.36 and bookmarks: and the end of it)
///   none, 0    false               nothing; changes from now on
///   any        true                what there is, and the end of it as a bookmark
///   N          not given, false    changes after N; if these are forgotten: ERROR 410
/// </code>
/// </remarks>
internal sealed class WatchEndpoint(ObjectStore store, Faults faults, KubeApiServerOptions server)
{
    private const int ChangesAtOnce = 256;
    private static readonly TimeSpan LongestWatch = TimeSpan.FromMinutes(60);

    public async Task ServeAsync(
        HttpContext context,
        ApiPath path,
        ListOptions options,
        Representation form,
        Failure? inBand
    )
    {
        context.Response.ContentType = Responses.Json;
        context.Response.Headers.CacheControl = "no-cache, private";
        await context.Response.StartAsync(context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
        var open = faults.Open(path.Type.Plural);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        timeout.CancelAfter(options.Timeout ?? LongestWatch);
        await using var body = new ResponseStream(context, faults, gzip: false);
        var watch = new Watch(path, options, new WatchFrames(path, options, form), body, open, timeout.Token);
        try
        {
            var failure = inBand ?? await FollowAsync(watch);
            if (failure is not null)
            {
                body.Buffer.ResetWrittenCount();
                WatchFrames.WriteError(body.Buffer, failure);
                await body.FlushAsync();
            }
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            // Its time is over: it ends with the last chunk.
        }
        catch (WatchEndedException ended)
        {
            await EndAsync(context, watch, ended.How);
        }
        finally
        {
            faults.Closed(open);
        }
    }

    /// <returns>The error that ends the watch.</returns>
    private async Task<Failure?> FollowAsync(Watch watch)
    {
        var (options, type) = (watch.Options, watch.Path.Type);
        var toldEnd =
            options.InitialEvents
            ?? (options.Version == 0 && options.Bookmarks && server.Version.ZeroStreamsInitialEvents);
        if (toldEnd && server.OldEtcd)
        {
            return Failure.OldEtcd;
        }

        var cursor = options.Version ?? 0;
        if (toldEnd && !await ListEndpoint.HasComeAsync(store, cursor, server, watch.Stop))
        {
            return Failure.TooNew(cursor, store.Version);
        }

        if (options.Version is null)
        {
            await UnlessEnded(watch, faults.Thawed());
        }

        if (toldEnd || cursor == 0)
        {
            var snapshot = store.Now(type);
            cursor = snapshot.Version;
            if (options.InitialEvents != false)
            {
                await SendStateAsync(watch, snapshot, toldEnd && options.Bookmarks);
            }
        }
        else if (cursor < store.Oldest(type))
        {
            return Failure.TooOld(cursor, store.Oldest(type));
        }

        return await SendChangesAsync(watch, cursor);
    }

    private static async Task SendStateAsync(Watch watch, Snapshot snapshot, bool tellEnd)
    {
        var prefix = watch.Path.Namespace.Length > 0 ? watch.Path.Namespace + "/" : "";
        foreach (var item in snapshot.Objects.Range(prefix, ""))
        {
            if (watch.Options.Matches(item))
            {
                watch.Frames.WriteAdded(watch.Body.Buffer, item);
                await watch.Body.DrainAsync();
            }
        }

        if (tellEnd)
        {
            watch.Frames.WriteBookmark(watch.Body.Buffer, snapshot.Version, initialEventsEnd: true);
        }

        await watch.Body.FlushAsync();
    }

    private async Task<Failure?> SendChangesAsync(Watch watch, ulong cursor)
    {
        var marked = server.Time.GetTimestamp();
        while (true)
        {
            await UnlessEnded(watch, faults.Thawed());
            var page = store.After(watch.Path.Type, cursor, ChangesAtOnce);
            if (page.Missed)
            {
                return Failure.TooOld(cursor, store.Oldest(watch.Path.Type));
            }

            foreach (var change in page.Changes)
            {
                watch.Frames.WriteChange(watch.Body.Buffer, change);
            }

            cursor = page.Seen;
            if (BookmarkIsDue(watch, marked, page))
            {
                watch.Frames.WriteBookmark(watch.Body.Buffer, cursor, initialEventsEnd: false);
                marked = server.Time.GetTimestamp();
            }

            await watch.Body.FlushAsync();
            if (page.Changes.Length < ChangesAtOnce)
            {
                await UnlessEnded(watch, page.Next, UntilBookmark(watch, marked));
            }
        }
    }

    private bool BookmarkIsDue(Watch watch, long marked, HistoryPage page) =>
        watch.Options.Bookmarks
        && faults.Bookmarks
        && page.Changes.Length < ChangesAtOnce
        && server.BookmarkInterval is { } interval
        && server.Time.GetElapsedTime(marked) >= interval;

    private TimeSpan UntilBookmark(Watch watch, long marked)
    {
        if (!watch.Options.Bookmarks || !faults.Bookmarks || server.BookmarkInterval is not { } interval)
        {
            return Timeout.InfiniteTimeSpan;
        }

        var left = interval - server.Time.GetElapsedTime(marked);
        return left > TimeSpan.FromMilliseconds(1) ? left : TimeSpan.FromMilliseconds(1);
    }

    /// <summary>Waits for the task, or the limit, or the end of the watch.</summary>
    private async Task UnlessEnded(Watch watch, Task task, TimeSpan? limit = null)
    {
        if (!task.IsCompleted && !watch.Open.End.Task.IsCompleted)
        {
            using var done = CancellationTokenSource.CreateLinkedTokenSource(watch.Stop);
            var pause = Task.Delay(limit ?? Timeout.InfiniteTimeSpan, server.Time, done.Token);
            await Task.WhenAny(task, watch.Open.End.Task, pause);
            await done.CancelAsync();
        }

        watch.Stop.ThrowIfCancellationRequested();
        if (watch.Open.End.Task.IsCompleted)
        {
            throw new WatchEndedException(await watch.Open.End.Task);
        }
    }

    private async Task EndAsync(HttpContext context, Watch watch, WatchEnd how)
    {
        var body = watch.Body;
        body.Buffer.ResetWrittenCount();
        switch (how)
        {
            case WatchEnd.Error410:
                WatchFrames.WriteError(body.Buffer, Failure.TooOld(1, store.Version));
                break;
            case WatchEnd.Error500:
                WatchFrames.WriteError(body.Buffer, Failure.Of(500, "", "watch", watch.Path.Type.Plural));
                break;
            case WatchEnd.Error504:
                WatchFrames.WriteError(body.Buffer, Failure.TooNew(store.Version + 1000, store.Version));
                break;
            case WatchEnd.CutAndReset or WatchEnd.CutAndClose:
                WriteHalfAFrame(watch);
                break;
            case WatchEnd.Garbage:
                body.Buffer.Write(Encoding.UTF8.GetBytes("<html>502 Bad Gateway</html>\n"));
                break;
        }

        await body.FlushAsync();
        if (how is WatchEnd.Reset or WatchEnd.CutAndReset)
        {
            context.Abort();
        }
    }

    private void WriteHalfAFrame(Watch watch)
    {
        var whole = new ArrayBufferWriter<byte>();
        if (store.Now(watch.Path.Type).Objects.Range("", "").FirstOrDefault() is { } item)
        {
            watch.Frames.WriteModified(whole, item);
        }
        else
        {
            watch.Frames.WriteBookmark(whole, store.Version, initialEventsEnd: false);
        }

        watch.Body.Buffer.Write(whole.WrittenSpan[..(whole.WrittenCount / 2)]);
    }

    private sealed record Watch(
        ApiPath Path,
        ListOptions Options,
        WatchFrames Frames,
        ResponseStream Body,
        OpenWatch Open,
        CancellationToken Stop
    );

    private sealed class WatchEndedException(WatchEnd how) : Exception
    {
        public WatchEnd How { get; } = how;
    }
}
