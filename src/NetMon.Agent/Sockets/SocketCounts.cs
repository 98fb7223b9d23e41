namespace NetMon.Agent.Sockets;

/// <summary>What the owners of sockets are known by, and how well. The capture loop writes; any thread reads.</summary>
internal sealed class SocketCounts
{
    private long _owned;
    private long _missed;
    private long _unnamed;
    private long _bad;
    private long _displaced;
    private int _connections;
    private int _ports;
    private double _walkSeconds;
    private long _walks;

    /// <summary>Local ends of flows that got their owner.</summary>
    public long Owned => Volatile.Read(ref _owned);

    /// <summary>Local ends of TCP and UDP flows that ended without one.</summary>
    public long Missed => Volatile.Read(ref _missed);

    /// <summary>Cgroups whose path could not be found.</summary>
    public long Unnamed => Volatile.Read(ref _unnamed);

    /// <summary>Events that cannot be: of an end that is none.</summary>
    public long Bad => Volatile.Read(ref _bad);

    /// <summary>Sockets that were forgotten for want of room.</summary>
    public long Displaced
    {
        get => Volatile.Read(ref _displaced);
        set => Volatile.Write(ref _displaced, value);
    }

    /// <summary>Connections, and sockets that wait for others, that are remembered now.</summary>
    public int Connections
    {
        get => Volatile.Read(ref _connections);
        set => Volatile.Write(ref _connections, value);
    }

    public int Ports
    {
        get => Volatile.Read(ref _ports);
        set => Volatile.Write(ref _ports, value);
    }

    /// <summary>Time that the walks through open files took, and how many there were.</summary>
    public double WalkSeconds => Volatile.Read(ref _walkSeconds);
    public long Walks => Volatile.Read(ref _walks);

    public void AddOwned() => Volatile.Write(ref _owned, _owned + 1);

    public void AddMissed() => Volatile.Write(ref _missed, _missed + 1);

    public void AddBad() => Volatile.Write(ref _bad, _bad + 1);

    public void AddUnnamed() => Volatile.Write(ref _unnamed, _unnamed + 1);

    public void AddWalk(TimeSpan time)
    {
        Volatile.Write(ref _walkSeconds, _walkSeconds + time.TotalSeconds);
        Volatile.Write(ref _walks, _walks + 1);
    }
}
