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
            Hand(sink, count, now, fromRing: true);
            oldest.SkipRing(_positions[count - 1]);
            return true;
        }

        count = oldest.ReadMap(_records);
        if (count > 0)
        {
            Hand(sink, count, now, fromRing: false);
            return true;
        }

        _program.Complete(oldest);
        AgentLog.Migrated(_logger, _packets);
        _packets = 0;
        return true;
    }

    private void Hand(RecordSink sink, int count, ulong now, bool fromRing)
    {
        if (!fromRing)
        {
            sink.Announce(_records.AsSpan(0, count));
        }

        for (var i = 0; i < count; i++)
        {
            ref readonly var record = ref _records[i];
            _packets += (long)(record.Traffic.Packets[0] + record.Traffic.Packets[1]);
            sink.OnEarlier(in record, fromRing ? _positions[i] : 0, now);
        }
    }
}
