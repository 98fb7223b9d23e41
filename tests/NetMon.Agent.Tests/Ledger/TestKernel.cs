using NetMon.Bpf.Records;

namespace NetMon.Agent.Tests.Ledger;

/// <summary>What the kernel keeps while agents come and go: the ring with its consumer's position, and the flow map's counts.</summary>
internal sealed class TestKernel
{
    public const uint RingNumber = 7;
    private const ulong RecordBytes = 368;

    private readonly List<FlowRecord> _ring = [];
    private readonly Queue<FlowRecord> _map = new();

    /// <summary>Published now and then only.</summary>
    public ulong Consumer { get; set; }

    public void Put(in FlowRecord record) => _ring.Add(record);

    public void Keep(in FlowRecord record) => _map.Enqueue(record);

    /// <summary>The record at a position, and the position after it.</summary>
    public bool TryRead(ref ulong position, out FlowRecord record)
    {
        var index = (int)(position / RecordBytes);
        record = index < _ring.Count ? _ring[index] : default;
        position += index < _ring.Count ? RecordBytes : 0;
        return index < _ring.Count;
    }

    /// <summary>Takes counts out of the map.</summary>
    public int Sweep(Span<FlowRecord> records)
    {
        var count = 0;
        while (count < records.Length && _map.TryDequeue(out var record))
        {
            records[count++] = record;
        }

        return count;
    }

    /// <summary>As it is now.</summary>
    public TestKernel Copy()
    {
        var copy = new TestKernel { Consumer = Consumer };
        copy._ring.AddRange(_ring);
        foreach (var record in _map)
        {
            copy._map.Enqueue(record);
        }

        return copy;
    }
}
