using System.Collections.Concurrent;

namespace NetMon.Agent.Drops;

/// <summary>What the agent's side of drops counts. From any thread.</summary>
internal sealed class DropCounters
{
    private readonly ConcurrentDictionary<string, long> _ordinary = new(StringComparer.Ordinal);
    private long _early;
    private long _bad;
    private long _packets;

    /// <summary>Packets in the figures of drops.</summary>
    public long Packets => Volatile.Read(ref _packets);

    /// <summary>Sums that found no room to wait for their flow, and were attributed by their addresses.</summary>
    public long Early => Volatile.Read(ref _early);

    /// <summary>Sums of the kernel's map that cannot be: of ends that are none, or counts below 0.</summary>
    public long Bad => Volatile.Read(ref _bad);

    /// <summary>Packets freed at an ordinary place before the kernel program knew of it, by reason.</summary>
    public long ReadOrdinary(string reason) => _ordinary.GetValueOrDefault(reason);

    public void AddOrdinary(string reason, long packets) =>
        _ordinary.AddOrUpdate(reason, packets, (_, before) => before + packets);

    public void AddPackets(long packets) => Interlocked.Add(ref _packets, packets);

    public void AddEarly() => Interlocked.Increment(ref _early);

    public void AddBad() => Interlocked.Increment(ref _bad);
}
