using Microsoft.Extensions.Logging;
using NetMon.Agent.Logging;
using NetMon.Bpf;
using NetMon.Bpf.Records;

namespace NetMon.Agent.Drops;

/// <summary>Takes drops out of the kernel on a thread of its own, since that waits for the kernel, and hands them to the capture loop.</summary>
/// <remarks>While the capture loop has not taken what was read, nothing is: the sums gather on in the kernel, where they are bounded.</remarks>
internal sealed class DropReader : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private readonly IDropSource _source;
    private readonly DropReasons _reasons;
    private readonly DropPlaces _places;
    private readonly DropCounters _counters;
    private readonly Action _wake;
    private readonly ILogger _logger;
    private readonly LogLimiter _limiter = new();
    private readonly ManualResetEventSlim _stop = new();
    private readonly Lock _gate = new();
    private readonly Thread _thread;
    private List<DropSample> _read = [];
    private List<DropSample> _handed = [];
    private ulong _activity;

    /// <param name="source">Where drops come from.</param>
    /// <param name="reasons">What they are for.</param>
    /// <param name="places">Where they are.</param>
    /// <param name="counters">Its figures.</param>
    /// <param name="wake">Wakes the capture loop.</param>
    /// <param name="logger">For faults.</param>
    public DropReader(
        IDropSource source,
        DropReasons reasons,
        DropPlaces places,
        DropCounters counters,
        Action wake,
        ILogger logger
    )
    {
        _source = source;
        _reasons = reasons;
        _places = places;
        _counters = counters;
        _wake = wake;
        _logger = logger;
        _thread = new Thread(Run) { IsBackground = true, Name = "drops" };
    }

    /// <summary>The capture loop wants to be woken though there is nothing new: drops wait for their flows.</summary>
    public bool IsAwaited { get; set; }

    public void Start() => _thread.Start();

    /// <summary>What was read since the call before; valid until the next. The capture loop's.</summary>
    public List<DropSample> Take()
    {
        lock (_gate)
        {
            _handed.Clear();
            (_handed, _read) = (_read, _handed);
            return _handed;
        }
    }

    /// <summary>Ends the thread, and reads what is left.</summary>
    public void Finish()
    {
        Stop();
        ReadOnce();
    }

    public void Dispose()
    {
        Stop();
        _stop.Dispose();
    }

    private void Stop()
    {
        _stop.Set();
        if (_thread.IsAlive)
        {
            _thread.Join();
        }
    }

    private void Run()
    {
        while (!_stop.Wait(Interval))
        {
            try
            {
                if (ReadOnce() || IsAwaited)
                {
                    _wake();
                }
            }
#pragma warning disable CA1031 // One round's fault must not stop the reader; the sums are in the kernel still.
            catch (Exception error)
#pragma warning restore CA1031
            {
                if (_limiter.TryPass(out var suppressed))
                {
                    AgentLog.DropsFailed(_logger, suppressed, error);
                }
            }
        }
    }

    /// <summary>Reads what there is; the thread's, while there is one.</summary>
    /// <returns>Whether there was something.</returns>
    internal bool ReadOnce()
    {
        lock (_gate)
        {
            if (_read.Count > 0)
            {
                return true;
            }
        }

        var activity = _source.ReadActivity();
        if (activity == _activity)
        {
            return false;
        }

        var samples = new List<DropSample>();
        try
        {
            _source.Take(
                (in key, in value) =>
                {
                    if (IsPossible(in key, in value))
                    {
                        samples.Add(new DropSample { Key = key, Value = value });
                    }
                    else
                    {
                        _counters.AddBad();
                    }
                }
            );
            _activity = activity;
        }
        finally
        {
            // What was taken is in the kernel no more, whatever failed after it.
            HandOver(samples);
        }

        return samples.Count > 0;
    }

    private void HandOver(List<DropSample> samples)
    {
        samples.ForEach(sample => _places.Want(sample.Key.Location));
        _places.LookUp();
        samples.RemoveAll(IsOrdinary);
        lock (_gate)
        {
            _read.AddRange(samples);
        }
    }

    // A flow has two ends, and counts fit.
    private static bool IsPossible(in DropKey key, in DropValue value) =>
        (key.From | value.OriginalFrom | value.OriginalSource) <= 1
        && (long)(value.Packets | value.Bytes) >= 0;

    private bool IsOrdinary(DropSample sample)
    {
        ref readonly var key = ref sample.Key;
        var reason = _reasons.Find(key.Reason).Name;
        if (!_reasons.HasReasons || !_places.IsOrdinary(key.Location, reason))
        {
            return false;
        }

        _counters.AddOrdinary(reason, (long)sample.Value.Packets);
        try
        {
            _source.SetOrdinary(key.Location, key.Reason);
        }
        catch (BpfException error)
        {
            // Then the kernel goes on telling of it, and it is passed over here.
            if (_limiter.TryPass(out var suppressed))
            {
                AgentLog.DropsFailed(_logger, suppressed, error);
            }
        }

        return true;
    }
}
