namespace NetMon.Agent.Metrics;

/// <summary>CPU use of this process between two looks that are at least a second apart, however often it is asked.</summary>
internal sealed class CpuMeter
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time;
    private readonly Func<double> _cpuSeconds;
    private readonly Lock _gate = new();
    private long _lookedAt;
    private double _cpu;
    private double _percentage;

    /// <param name="time">The clock.</param>
    /// <param name="cpuSeconds">CPU time used so far.</param>
    public CpuMeter(TimeProvider time, Func<double> cpuSeconds)
    {
        _time = time;
        _cpuSeconds = cpuSeconds;
        _lookedAt = time.GetTimestamp();
        _cpu = cpuSeconds();
    }

    /// <summary>Percent of one core; 0 in the first second.</summary>
    public double Percentage
    {
        get
        {
            lock (_gate)
            {
                var elapsed = _time.GetElapsedTime(_lookedAt);
                if (elapsed >= Shortest)
                {
                    var cpu = _cpuSeconds();
                    _percentage = 100 * (cpu - _cpu) / elapsed.TotalSeconds;
                    _cpu = cpu;
                    _lookedAt = _time.GetTimestamp();
                }

                return _percentage;
            }
        }
    }
}
