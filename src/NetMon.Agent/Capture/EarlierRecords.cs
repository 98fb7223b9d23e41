using System.Diagnostics;
using Microsoft.Extensions.Logging;
using NetMon.Agent.Flows;
using NetMon.Agent.Logging;
using NetMon.Bpf;
using NetMon.Bpf.Records;

namespace NetMon.Agent.Capture;

/// <summary>Takes what programs left whose layout or size is not that of the programs that are attached now: a few records at a time, beside those that come.</summary>
/// <remarks>A process that ends meanwhile leaves the rest to the next one.</remarks>
internal sealed class EarlierRecords
{
    private const int Chunk = 64;

    private readonly FlowProgram _program;
    private readonly ILogger _logger;
    private readonly FlowRecord[] _records = new FlowRecord[Chunk];
    private readonly ulong[] _positions = new ulong[Chunk];
    private byte[] _own = [];
    private long _packets;
    private volatile bool _ready;

    public EarlierRecords(FlowProgram program, ILogger logger)
    {
        _program = program;
        _logger = logger;
        foreach (var predecessor in program.Predecessors)
        {
            if (predecessor.IsReadable)
            {
                AgentLog.Migrating(logger, string.Join(", ", predecessor.LostFields));
            }
            else
            {
                AgentLog.NotMigrated(logger);
            }
        }
    }

    /// <summary>None of them is attached any more: waits for those that run still, and lets the loop begin.</summary>
    public void Begin()
    {
        if (_program.Predecessors.Count > 0)
        {
            FlowPredecessor.WaitForPrograms();
            _ready = true;
        }
    }

    /// <returns>Whether there may be more.</returns>
    public bool Take(RecordSink sink)
    {
        if (!_ready)
        {
            return false;
        }

        if (_program.Predecessors is not [var oldest, ..])
        {
            _ready = false;
            return false;
        }

        var now = (ulong)Stopwatch.GetTimestamp();
        var count = oldest.PeekRing(_records, _positions);
        if (count > 0)
        {
            Hand(sink, oldest.RingId, count, now, fromRing: true);
            oldest.SkipRing(_positions[count - 1]);
            return true;
        }

        count = ReadMap(oldest, sink);
        if (count > 0)
        {
            sink.Announce(_records.AsSpan(0, count));
            Hand(sink, oldest.RingId, count, now, fromRing: false);
            return true;
        }

        _program.Complete(oldest);
        _own = [];
        AgentLog.Migrated(_logger, _packets);
        _packets = 0;
        return true;
    }

    // To where a process that ends before the journal has them leaves them for the next one.
    private int ReadMap(FlowPredecessor from, RecordSink sink)
    {
        if (from.Layout is not { } layout)
        {
            return 0;
        }

        var room = sink.RoomFor(layout);
        var size = layout.RecordBytes;
        if (room.IsEmpty)
        {
            room = _own.Length > 0 ? _own : _own = new byte[Chunk * size];
        }

        var count = from.ReadMap(room[..Math.Min(room.Length, Chunk * size)]);
        for (var i = 0; i < count; i++)
        {
            _records[i] = layout.TranslateDrained(room.Slice(i * size, size));
        }

        return count;
    }

    private void Hand(RecordSink sink, uint ring, int count, ulong now, bool fromRing)
    {
        for (var i = 0; i < count; i++)
        {
            ref readonly var record = ref _records[i];
            _packets += (long)(record.Traffic.Packets[0] + record.Traffic.Packets[1]);
            sink.OnEarlier(in record, ring, fromRing ? _positions[i] : 0, now);
        }
    }
}
