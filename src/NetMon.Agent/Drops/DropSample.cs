using NetMon.Bpf.Records;

namespace NetMon.Agent.Drops;

/// <summary>A sum as it left the kernel.</summary>
internal struct DropSample
{
    public DropKey Key;
    public DropValue Value;
}

/// <summary>What the parts of drops count of themselves. Written by one thread each, read by any.</summary>
internal sealed class DropCounters
{
    private long _ordinary;
    private long _early;

    /// <summary>Packets freed without a reason at an ordinary place, before the kernel program knew of the place.</summary>
    public long Ordinary => Volatile.Read(ref _ordinary);

    /// <summary>Sums that found no room to wait for their flow.</summary>
    public long Early => Volatile.Read(ref _early);

    /// <summary>The reader's.</summary>
    public void AddOrdinary(long packets) => Volatile.Write(ref _ordinary, _ordinary + packets);

    /// <summary>The capture loop's.</summary>
    public void AddEarly() => Volatile.Write(ref _early, _early + 1);
}
