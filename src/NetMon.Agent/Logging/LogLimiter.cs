using System.Diagnostics;

namespace NetMon.Agent.Logging;

/// <summary>Lets one message through in ten seconds. One thread only.</summary>
internal sealed class LogLimiter
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private long _last;
    private long _suppressed;

    /// <param name="suppressed">How many messages were held back since the one before.</param>
    public bool TryPass(out long suppressed)
    {
        suppressed = _suppressed;
        if (_last != 0 && Stopwatch.GetElapsedTime(_last) < Interval)
        {
            _suppressed++;
            return false;
        }

        _last = Stopwatch.GetTimestamp();
        _suppressed = 0;
        return true;
    }
}
