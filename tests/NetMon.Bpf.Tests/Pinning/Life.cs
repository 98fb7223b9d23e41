using NetMon.Bpf.Attaching;
using NetMon.Bpf.Pinning;
using NetMon.Bpf.Records;
using NetMon.Bpf.Tests.Attaching;

namespace NetMon.Bpf.Tests.Pinning;

/// <summary>What one process after the other has of pinned programs: they are loaded, attached to an interface, and let go.</summary>
internal sealed class Life : IDisposable, IRecordHandler<FlowRecord>
{
    private readonly PinDirectory _pins;
    private readonly IAttacher _attacher;

    public Life(
        TestPins pins,
        Wire wire,
        AttachMethod method,
        FlowProgramOptions? options = null,
        byte[]? image = null
    )
    {
        _pins = pins.Open();
        Program = FlowProgram.Load(options ?? Options, _pins, image ?? FlowProgram.ReadResource());
        _attacher = Attacher.Open(Program, method, _pins);
        if (!_attacher.Holds(wire.Index))
        {
            Program.SetInterface(wire.Index, InterfaceKind.Uplink, 1);
        }

        Attachment = _attacher.Attach(wire.Index, LinkLayer.Ethernet);
        Removed = _attacher.RemoveOthers(new HashSet<int> { wire.Index });
    }

    public static FlowProgramOptions Options => new() { MaxFlows = 1024, RingBytes = 64 * 1024 };

    public FlowProgram Program { get; }

    public Attachment Attachment { get; }

    public int Removed { get; }

    /// <summary>Packets that were reported to this life.</summary>
    public ulong Packets { get; private set; }

    /// <summary>Takes what is in the ring and, at the end, in the map.</summary>
    public ulong Report(bool drain)
    {
        var self = this;
        Program.Ring.Consume(ref self, int.MaxValue);
        if (drain)
        {
            var chunk = new FlowRecord[64];
            using var pass = Program.OpenDrain();
            int count;
            while ((count = pass.Read(chunk)) > 0)
            {
                foreach (ref readonly var record in chunk.AsSpan(0, count))
                {
                    OnRecord(in record, 0);
                }
            }
        }

        return Packets;
    }

    /// <summary>Takes what programs of another layout left.</summary>
    /// <returns>Packets reported so far.</returns>
    public ulong Migrate()
    {
        FlowPredecessor.WaitForPrograms();
        var records = new FlowRecord[7];
        var positions = new ulong[records.Length];
        foreach (var predecessor in Program.Predecessors)
        {
            int count;
            while ((count = predecessor.PeekRing(records, positions)) > 0)
            {
                Take(records.AsSpan(0, count));
                predecessor.SkipRing(positions[count - 1]);
            }

            var layout = predecessor.Layout!;
            var room = new byte[records.Length * layout.RecordBytes];
            while ((count = predecessor.ReadMap(room)) > 0)
            {
                for (var i = 0; i < count; i++)
                {
                    records[i] = layout.TranslateDrained(room.AsSpan(i * layout.RecordBytes));
                }

                Take(records.AsSpan(0, count));
            }

            Program.Complete(predecessor);
        }

        return Packets;
    }

    private void Take(ReadOnlySpan<FlowRecord> records)
    {
        foreach (ref readonly var record in records)
        {
            OnRecord(in record, 0);
        }
    }

    public void OnRecord(in FlowRecord record, ulong position)
    {
        if (record.Key.Protocol == 1)
        {
            Packets += record.Traffic.Packets[0] + record.Traffic.Packets[1];
        }
    }

    /// <summary>Ends as a process does: what is pinned stays.</summary>
    public void Dispose()
    {
        Attachment.Release();
        _attacher.Dispose();
        Program.Dispose();
        _pins.Dispose();
    }
}
