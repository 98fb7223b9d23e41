namespace NetMon.Agent.Attribution;

/// <summary>Bounds a rate: tokens come steadily, and a quarter of a second's worth of them can be saved. One thread only.</summary>
internal sealed class TokenBucket
{
    private readonly double _perNanosecond;
    private readonly double _capacity;
    private double _tokens;
    private ulong _filledNs;

    /// <param name="rate">Tokens per second.</param>
    public TokenBucket(int rate)
    {
        _perNanosecond = rate * 1e-9;
        _capacity = Math.Max(1, rate / 4.0);
        _tokens = _capacity;
    }

    /// <summary>Whether more than half of what can be saved is there.</summary>
    public bool IsAmple => _tokens > _capacity / 2;

    /// <summary>Adds what has come since the last call.</summary>
    /// <param name="nowNs">CLOCK_MONOTONIC.</param>
    public void Fill(ulong nowNs)
    {
        if (nowNs > _filledNs)
        {
            _tokens = Math.Min(_capacity, _tokens + ((nowNs - _filledNs) * _perNanosecond));
            _filledNs = nowNs;
        }
    }

    public bool TryTake()
    {
        if (_tokens < 1)
        {
            return false;
        }

        _tokens--;
        return true;
    }
}
