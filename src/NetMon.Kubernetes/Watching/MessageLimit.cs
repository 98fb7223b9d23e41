namespace NetMon.Kubernetes.Watching;

/// <summary>Lets one message through in an interval. One thread at a time.</summary>
internal sealed class MessageLimit(TimeProvider time, TimeSpan interval)
{
    private long _last;
    private bool _passed;
    private long _suppressed;

    /// <param name="suppressed">How many messages were held back since the one before.</param>
    public bool TryPass(out long suppressed)
    {
        suppressed = _suppressed;
        if (_passed && time.GetElapsedTime(_last) < interval)
        {
            _suppressed++;
            return false;
        }

        Reset();
        _passed = true;
        _last = time.GetTimestamp();
        return true;
    }

    /// <summary>The next message passes.</summary>
    public void Reset()
    {
        _passed = false;
        _suppressed = 0;
    }
}
