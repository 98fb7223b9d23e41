using System.Globalization;
using NetMon.Kubernetes.Client;
using NetMon.Kubernetes.Reading;

namespace NetMon.Kubernetes.Watching;

/// <summary>One watch request, from its beginning to its end.</summary>
/// <remarks>
/// <code>
///   from a version:       ADDED, MODIFIED, DELETED, BOOKMARK, ...                                    ERROR, or the end
///   with initial events:  ADDED of all that there is, BOOKMARK that says so, then as above
/// </code>
/// An ERROR comes within an answer of 200. Without a version the objects' own versions are no place to go on from until that
/// bookmark.
/// </remarks>
internal sealed class WatchCall<T>(
    ApiClient client,
    WatchedResource<T> resource,
    ObjectFeed<T> feed,
    WatchStatus status,
    ClusterWatchOptions options,
    TimeProvider time
)
    where T : class
{
    private readonly Action<int> _answered = code => status.Answered("watch", code);

    private bool _initial;
    private long? _running;

    /// <summary>The version to go on from; null: the objects are not known in full.</summary>
    public string? Version { get; set; }

    /// <summary>How long the watch ran; null if it never came to that.</summary>
    public TimeSpan? Lived => _running is { } since ? time.GetElapsedTime(since) : null;

    /// <summary>Called when all objects are known and the watch goes on from there.</summary>
    public Action? Running { get; init; }

    /// <summary>Another attempt begins, of which the watch may not be reached.</summary>
    public void Forget() => _running = null;

    /// <summary>Runs a watch until the server ends it: from <see cref="Version"/>, or with initial events where there is none.</summary>
    /// <param name="length">How long it is to last.</param>
    /// <exception cref="ApiException">It ended in another way.</exception>
    public async Task RunAsync(TimeSpan length, CancellationToken cancellation)
    {
        _initial = Version is null;
        var seconds = Math.Max(1, (long)length.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        var from = Version is null
            ? "&sendInitialEvents=true&resourceVersionMatch=NotOlderThan"
            : "&resourceVersion=" + Uri.EscapeDataString(Version);
        var path = $"{resource.Path}?watch=true&allowWatchBookmarks=true&timeoutSeconds={seconds}{from}";
        var request = new ApiRequest(path, resource.WatchAccept, IsCompressed: false);
        using var timer = new RequestTimer(time, length + options.Patience.Overtime, cancellation);
        using var answer = await client.GetAsync(request, timer, _answered);
        using var objects = new ObjectStream(answer.Body, resource.FrameFields, timer);
        try
        {
            if (_initial)
            {
                feed.BeginList();
            }
            else
            {
                Begin(timer);
            }

            await ReadAsync(objects, timer);
        }
        catch (Exception error)
            when (ApiException.IsExpected(error) && !cancellation.IsCancellationRequested)
        {
            throw ApiException.From(error, timer);
        }
        finally
        {
            status.Watching(isWatching: false);
        }
    }

    private async Task ReadAsync(ObjectStream objects, RequestTimer timer)
    {
        var counted = 0L;
        try
        {
            while (await objects.NextAsync() == StreamEvent.Document)
            {
                Take(objects.Json, objects.IsTruncated, timer);
                status.ReadBytes(objects.BytesRead - counted);
                counted = objects.BytesRead;
                if (_initial && timer.Elapsed > options.Patience.List)
                {
                    throw new ApiException(ErrorReasons.Timeout, "the initial events did not end in time");
                }
            }
        }
        finally
        {
            status.ReadBytes(objects.BytesRead - counted);
        }

        if (_initial)
        {
            throw new ApiException(ErrorReasons.Protocol, "the watch ended within its initial events");
        }
    }

    private void Take(ReadOnlySpan<byte> json, bool isTruncated, RequestTimer timer)
    {
        status.Event(time.GetUtcNow());
        if (isTruncated)
        {
            feed.ReportFrame(json, $"the fields used have more than {ObjectStream.MaxObject} bytes");
            return;
        }

        if (!WatchFrame.TryRead(json, out var frame))
        {
            feed.ReportFrame(json, "the event is not one that is known");
            return;
        }

        switch (frame.Type)
        {
            case WatchFrameType.Added or WatchFrameType.Modified:
                feed.Apply(frame.Object, isTruncated: false);
                break;
            case WatchFrameType.Deleted:
                feed.Delete(frame.Object);
                break;
            case WatchFrameType.Error:
                throw ErrorOf(frame.Status);
            case WatchFrameType.Bookmark when _initial && frame.EndsInitialEvents:
                EndInitialEvents(frame, timer);
                break;
            case WatchFrameType.Bookmark:
                break;
            default:
                feed.ReportFrame(json, "the event is of a type that is not known");
                break;
        }

        if (!_initial && frame.ResourceVersion is { Length: > 0 } version)
        {
            Version = version;
        }
    }

    private void EndInitialEvents(in WatchFrame frame, RequestTimer timer)
    {
        if (string.IsNullOrEmpty(frame.ResourceVersion))
        {
            throw new ApiException(ErrorReasons.Protocol, "the initial events end without a version");
        }

        feed.EndList("initial events");
        _initial = false;
        Begin(timer);
    }

    private void Begin(RequestTimer timer)
    {
        timer.ArmTotal();
        _running = time.GetTimestamp();
        status.Watching(isWatching: true);
        Running?.Invoke();
    }

    private static ApiException ErrorOf(in ApiStatus told)
    {
        var said = told.Message?.ReplaceLineEndings(" ") ?? told.Reason ?? "no reason given";
        return new ApiException(ErrorReasons.Of(told.Code), $"error {told.Code} in the watch: {said}")
        {
            Code = told.Code,
            IsInBand = true,
        };
    }
}
