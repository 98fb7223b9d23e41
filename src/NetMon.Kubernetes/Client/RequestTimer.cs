namespace NetMon.Kubernetes.Client;

/// <summary>The time that a request may take: as a whole, and between any two pieces of its answer.</summary>
internal sealed class RequestTimer : IDisposable
{
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _source;
    private readonly CancellationTokenRegistration _outer;
    private readonly CancellationToken _cancellation;
    private readonly long _started;
    private readonly TimeSpan _total;

    /// <param name="total">From now until the answer's end.</param>
    /// <param name="cancellation">Ends the request from outside.</param>
    public RequestTimer(TimeProvider time, TimeSpan total, CancellationToken cancellation)
    {
        _time = time;
        _total = total;
        _started = time.GetTimestamp();
        _cancellation = cancellation;
        _source = new CancellationTokenSource(total, time);
        _outer = cancellation.Register(_source.Cancel);
    }

    /// <summary>Until the next piece; infinite: only the whole is limited.</summary>
    public TimeSpan Idle { get; set; } = Timeout.InfiniteTimeSpan;

    public CancellationToken Token => _source.Token;

    /// <summary>It was the time that ended the request, and nobody outside.</summary>
    public bool HasRunOut => _source.IsCancellationRequested && !_cancellation.IsCancellationRequested;

    public TimeSpan Elapsed => _time.GetElapsedTime(_started);

    /// <summary>A piece came: the time to the next one begins.</summary>
    public void Arm()
    {
        if (Idle == Timeout.InfiniteTimeSpan)
        {
            return;
        }

        var left = _total - Elapsed;
        var next = left < Idle ? left : Idle;
        _source.CancelAfter(next > TimeSpan.Zero ? next : TimeSpan.Zero);
    }

    /// <summary>From here on only the whole is limited.</summary>
    public void ArmTotal()
    {
        Idle = Timeout.InfiniteTimeSpan;
        var left = _total - Elapsed;
        _source.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
    }

    public void Dispose()
    {
        _outer.Dispose();
        _source.Dispose();
    }
}
