using Microsoft.Extensions.Logging;
using NetMon.Kubernetes.Client;
using NetMon.Kubernetes.Objects;

namespace NetMon.Kubernetes.Watching;

/// <summary>Keeps a sink up to date with one resource. Whatever the server does, what is known stands, and it goes on.</summary>
/// <remarks>
/// <code>
///      .--> (1) objects not known in full: watch with initial events, or list
///      |              |
///      |    (2) watch from the version reached &lt;---- the server ended it in time; a connection broke
///      |              |
///      '---- (3) the version is of no use any more (410, other errors in the watch), or it is time to be told all anew
/// </code>
/// After each failure there is a wait, longer each time; after a watch that lasted there is none.
/// </remarks>
internal sealed class ResourceWatcher<T>
    where T : class
{
    // A watch that ended sooner is a failure as far as the next attempt is concerned.
    private static readonly TimeSpan Lasting = TimeSpan.FromSeconds(10);

    private readonly WatchedResource<T> _resource;
    private readonly ClusterWatchOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private int _toldCode;
    private readonly ObjectFeed<T> _feed;
    private readonly ListCall<T> _list;
    private readonly WatchCall<T> _watch;
    private readonly Backoff _backoff;
    private readonly MessageLimit _messages;
    private bool _isTold;
    private bool _listsNext;
    private bool _streams;
    private long? _streamsAgain;
    private long _resyncFrom;

    // Times that the connection ended before the initial events did: a proxy between may allow no answer so long.
    private int _cutShort;
    private TimeSpan _resyncAfter;

    public ResourceWatcher(
        ApiClient client,
        WatchedResource<T> resource,
        IObjectSink<T> sink,
        ClusterWatchOptions options,
        TimeProvider time,
        ILogger logger
    )
    {
        _resource = resource;
        _options = options;
        _time = time;
        _logger = logger;
        _backoff = new Backoff(options.Random);
        _messages = new MessageLimit(time, TimeSpan.FromMinutes(1));
        Status = new WatchStatus(resource.Name);
        _feed = new ObjectFeed<T>(resource, sink, Status, time, logger);
        _list = new ListCall<T>(client, resource, _feed, Status, options, time);
        _watch = new WatchCall<T>(client, resource, _feed, Status, options, time) { Running = IsRunning };
    }

    public WatchStatus Status { get; }

    /// <summary>Runs until it is cancelled. Nothing else ends it.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                var wait = await AttemptAsync(cancellation);
                if (wait > TimeSpan.Zero)
                {
                    await Task.Delay(wait, _time, cancellation);
                }
            }
#pragma warning disable CA1031 // Whatever breaks because of the cancellation: a request, or a stream within it.
            catch (Exception) when (cancellation.IsCancellationRequested)
#pragma warning restore CA1031
            {
                break;
            }
        }

        TryAbort();
    }

    /// <returns>How long to wait before the next.</returns>
    private async Task<TimeSpan> AttemptAsync(CancellationToken cancellation)
    {
        try
        {
            await WatchAsync(cancellation);
            return Ended();
        }
        catch (ApiException error)
        {
            TryAbort();
            return Failed(error);
        }
        catch (Exception error) when (!cancellation.IsCancellationRequested)
        {
            // A fault of ours or of the sink: neither knows any more what the other knows.
            TryAbort();
            _watch.Version = null;
            KubernetesLog.Fault(_logger, _resource.Name, error);
            Status.Failed("fault", error.Message);
            return _backoff.Next(null);
        }
    }

    // (1) and (2)
    private async Task WatchAsync(CancellationToken cancellation)
    {
        _watch.Forget();
        if (IsResyncDue)
        {
            _watch.Version = null;
        }

        _streams = false;
        if (_watch.Version is null)
        {
            _resyncFrom = _time.GetTimestamp();
            _resyncAfter = _backoff.Spread(_options.Resync * 0.9, _options.Resync * 1.1);
            _streams = !_listsNext && (_streamsAgain is not { } again || _time.GetTimestamp() >= again);
            if (!_streams)
            {
                _watch.Version = await _list.RunAsync(cancellation);

                // However long the list took, a watch follows.
                _resyncFrom = _time.GetTimestamp();
                _listsNext = false;
                _cutShort = 0;
            }
        }

        var patience = _options.Patience;
        var length = _backoff.Spread(patience.ShortestWatch, patience.LongestWatch);
        var left = UntilResync;
        await _watch.RunAsync(left < length ? left : length, cancellation);
    }

    private TimeSpan UntilResync => _resyncAfter - _time.GetElapsedTime(_resyncFrom);

    private bool IsResyncDue => UntilResync < TimeSpan.FromSeconds(1);

    // The server ended the watch, as it was asked to or because it shuts down.
    private TimeSpan Ended()
    {
        var reason = IsResyncDue ? "resync" : "ended";
        Status.Restarted(reason);
        KubernetesLog.Restarting(_logger, _resource.Name, reason);
        if (_watch.Lived >= Lasting)
        {
            _backoff.Reset();
            return TimeSpan.Zero;
        }

        return _backoff.Next(null);
    }

    private TimeSpan Failed(ApiException error)
    {
        Status.Failed(error.Reason, error.Message);
        var isInitial = _streams && _watch.Version is null;
        if (isInitial && IsStreamingRefused(error))
        {
            KubernetesLog.NoStreaming(_logger, _resource.Name, error.Message);
            var retry = _options.StreamingRetry.TotalSeconds * _time.TimestampFrequency;
            _streamsAgain = _time.GetTimestamp() + (long)retry;
            return TimeSpan.Zero;
        }

        // Initial events that do not come to their end, where a list may; an error in the watch, which a list puts right.
        var hasExpired = error.Reason == ErrorReasons.Expired;
        _listsNext |=
            (error.IsInBand && !hasExpired)
            || (isInitial && error.Reason is ErrorReasons.Timeout or ErrorReasons.Protocol)
            || (isInitial && error.Reason == ErrorReasons.Connection && ++_cutShort > 1);
        if (IsVersionUseless(error))
        {
            _watch.Version = null;
        }

        if (_watch.Lived is { } lived)
        {
            Status.Restarted(error.Reason);
            if (lived >= Lasting)
            {
                _backoff.Reset();
            }
        }

        return Wait(error, hasExpired);
    }

    private TimeSpan Wait(ApiException error, bool hasExpired)
    {
        var wait = _backoff.Next(error.RetryAfter);
        if (hasExpired)
        {
            // All agents lost their place at the same time.
            KubernetesLog.Restarting(_logger, _resource.Name, error.Message);
            return wait + _backoff.Spread(TimeSpan.Zero, _options.ExpirySpread);
        }

        // Another reason is news: the first of a series is often how it began, and not why it goes on.
        if (_messages.TryPass(out var suppressed) || error.Code != _toldCode)
        {
            _isTold = true;
            _toldCode = error.Code;
            KubernetesLog.Failing(_logger, _resource.Name, error.Message, wait.TotalSeconds, suppressed);
        }

        return wait;
    }

    /// <summary>The server answered that it does not do initial events, or not now.</summary>
    private static bool IsStreamingRefused(ApiException error) =>
        error.IsInBand || error.Code is 400 or 422 or 500 or 504;

    // (3)
    private static bool IsVersionUseless(ApiException error) =>
        error.IsInBand || error.Code is 400 or 410 or 422 or 500 or 504;

    private void IsRunning()
    {
        _cutShort = 0;
        if (_isTold)
        {
            _isTold = false;
            _messages.Reset();
            KubernetesLog.Recovered(_logger, _resource.Name);
        }
    }

    private void TryAbort()
    {
        try
        {
            _feed.Abort();
        }
#pragma warning disable CA1031 // The sink is somebody else's: its fault is logged, and ends nothing.
        catch (Exception error)
#pragma warning restore CA1031
        {
            KubernetesLog.Fault(_logger, _resource.Name, error);
        }
    }
}
