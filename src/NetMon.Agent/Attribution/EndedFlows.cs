using NetMon.Agent.Flows;
using NetMon.Bpf.Records;
using NetMon.Core.Endpoints;
using NetMon.Core.Flows;

namespace NetMon.Agent.Attribution;

/// <summary>
/// Remembers translated flows and shadows that have ended, in fixed memory: a packet that raced with the end comes in a late record, which
/// belongs where the flow was. A younger flow may take the place of an older one. One thread only.
/// </summary>
internal sealed class EndedFlows
{
    private const int Places = 1024;

    /// <summary>Late records come within a sweep or two.</summary>
    private const ulong LifetimeNs = 10_000_000_000;

    private readonly Ended[] _items = new Ended[Places];

    public void Add(in FlowEntry entry, ulong nowNs)
    {
        var hash = HashOf(in entry.Key, entry.Flow.StartNs);
        ref var item = ref _items[hash % Places];
        item.Hash = hash;
        item.UntilNs = nowNs + LifetimeNs;
        item.IsShadow = entry.Role == FlowRole.Shadow;
        item.SourceEnd = entry.SourceEnd;
        item.Source = entry.Flow.Source;
        item.Destination = entry.Flow.Destination;
        item.Attribution = entry.Flow.Attribution;
    }

    /// <summary>Whether a late record belongs to a shadow.</summary>
    public bool ContainsShadow(in FlowRecord record, ulong nowNs) =>
        TryFind(in record, nowNs, out var place) && _items[place].IsShadow;

    /// <summary>Gives a late record the ends that its flow had.</summary>
    /// <returns>False if the flow is not remembered.</returns>
    public bool TryRestore(in FlowRecord record, ref Flow flow, ref int source, ulong nowNs)
    {
        if (!TryFind(in record, nowNs, out var place))
        {
            return false;
        }

        ref readonly var item = ref _items[place];
        source = item.SourceEnd;
        flow.Source = item.Source;
        flow.Destination = item.Destination;
        flow.Attribution = item.Attribution;
        return true;
    }

    private bool TryFind(in FlowRecord record, ulong nowNs, out int place)
    {
        var hash = HashOf(in record.Key, record.State.FirstNs);
        place = (int)(hash % Places);
        return _items[place].Hash == hash && nowNs < _items[place].UntilNs;
    }

    private static ulong HashOf(in FlowKey key, ulong startNs) => FlowHash.Of(FlowHash.Of(in key), startNs, 0);

    private struct Ended
    {
        public ulong Hash;
        public ulong UntilNs;
        public FlowAttribution Attribution;
        public FlowEndpoint Source;
        public FlowEndpoint Destination;
        public bool IsShadow;
        public byte SourceEnd;
    }
}
