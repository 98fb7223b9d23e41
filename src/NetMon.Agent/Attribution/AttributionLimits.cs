namespace NetMon.Agent.Attribution;

/// <summary>What bounds the attribution of flows; changes while the agent runs. From any thread.</summary>
internal sealed class AttributionLimits
{
    private ulong _waitNs;
    private volatile int _connectionRate = 5000;

    /// <summary>The longest wait of a flow, for those that begin to wait from now on.</summary>
    public TimeSpan Wait
    {
        set => Volatile.Write(ref _waitNs, (ulong)value.TotalNanoseconds);
    }

    public ulong WaitNs => Volatile.Read(ref _waitNs);

    /// <summary>Questions to connection tracking, per second.</summary>
    public int ConnectionRate
    {
        get => _connectionRate;
        set => _connectionRate = value;
    }
}
