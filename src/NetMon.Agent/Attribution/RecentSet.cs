using NetMon.Agent.Flows;

namespace NetMon.Agent.Attribution;

/// <summary>Remembers what was met lately, in fixed memory: a younger item may take the place of an older one. One thread only.</summary>
/// <param name="lifetime">How long.</param>
internal sealed class RecentSet(TimeSpan lifetime)
{
    private const int Places = 4096;

    private readonly ulong _lifetimeNs = (ulong)lifetime.TotalNanoseconds;

    // A fingerprint at the place that its own low bits name; a false match is one in 2^52.
    private readonly (ulong Fingerprint, ulong UntilNs)[] _items = new (ulong, ulong)[Places];

    /// <param name="hash">Of the item, by <see cref="FlowHash"/>.</param>
    /// <param name="nowNs">CLOCK_MONOTONIC.</param>
    public void Add(ulong hash, ulong nowNs) => _items[hash % Places] = (hash, nowNs + _lifetimeNs);

    public bool Contains(ulong hash, ulong nowNs)
    {
        ref readonly var item = ref _items[hash % Places];
        return item.Fingerprint == hash && nowNs < item.UntilNs;
    }
}
