namespace NetMon.Agent.Attribution;

/// <summary>Bounds a rate: tokens come steadily, and a quarter of a second's worth of them can be saved. One thread only.</summary>
internal sealed class TokenBucket
{
    private readonly AttributionLimits _limits;
    private double _tokens;
    private ulong _filledNs;

    /// <param name="limits">Has the rate, tokens per second.</param>
    public TokenBucket(AttributionLimits limits)
    {
        _limits = limits;
        _tokens = Capacity(limits.ConnectionRate);
    }

    /// <summary>Whether more than half of what can be saved is there.</summary>
    public bool IsAmple => _tokens > Capacity(_limits.ConnectionRate) / 2;

    /// <summary>Adds what has come since the last call.</summary>
    /// <param name="nowNs">CLOCK_MONOTONIC.</param>
    public void Fill(ulong nowNs)
    {
        if (nowNs > _filledNs)
        {
            var rate = _limits.ConnectionRate;
            _tokens = Math.Min(Capacity(rate), _tokens + ((nowNs - _filledNs) * (rate * 1e-9)));
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

    private static double Capacity(int rate) => Math.Max(1, rate / 4.0);
}
