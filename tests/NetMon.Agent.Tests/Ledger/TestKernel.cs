using System.Runtime.InteropServices;
using NetMon.Bpf.Records;

namespace NetMon.Agent.Tests.Ledger;

/// <summary>What the kernel keeps while agents come and go: the ring with its consumer's position, and the flow map's counts; and those of programs before.</summary>
internal sealed class TestKernel
{
    private const ulong RecordBytes = 368;

    private readonly List<TestKernel> _earlier = [];
    private List<FlowRecord> _ring = [];
    private Queue<FlowRecord> _map = new();

    /// <summary>Tells the ring from others.</summary>
    public uint Ring { get; private set; } = 7;

    /// <summary>Published now and then only.</summary>
    public ulong Consumer { get; set; }

    /// <summary>The oldest of the programs before that is not read empty; null: there is none.</summary>
    public TestKernel? Oldest => _earlier.FirstOrDefault();

    public IReadOnlyList<TestKernel> Earlier => _earlier;

    public void Put(in FlowRecord record) => _ring.Add(record);

    public void Keep(in FlowRecord record) => _map.Enqueue(record);

    /// <summary>Programs of another layout take the place of those that are there.</summary>
    public void Replace()
    {
        var before = new TestKernel { Ring = Ring, Consumer = Consumer };
        (before._ring, before._map) = (_ring, _map);
        _earlier.Add(before);
        (_ring, _map) = ([], new());
        Ring++;
        Consumer = 0;
    }

    /// <summary>The oldest is read empty.</summary>
    public void Complete() => _earlier.RemoveAt(0);

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

    /// <summary>The same, as bytes.</summary>
    public int Drain(Span<byte> room, int max)
    {
        var records = new FlowRecord[max];
        var count = Sweep(records);
        MemoryMarshal.AsBytes(records.AsSpan(0, count)).CopyTo(room);
        return count;
    }

    /// <summary>As it is now.</summary>
    public TestKernel Copy()
    {
        var copy = new TestKernel { Consumer = Consumer, Ring = Ring };
        copy._earlier.AddRange(_earlier.Select(one => one.Copy()));
        copy._ring.AddRange(_ring);
        foreach (var record in _map)
        {
            copy._map.Enqueue(record);
        }

        return copy;
    }
}
