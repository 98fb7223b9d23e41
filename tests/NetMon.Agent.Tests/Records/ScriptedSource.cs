using System.Collections.Concurrent;
using NetMon.Agent.Capture;
using NetMon.Agent.Flows;
using NetMon.Bpf;
using NetMon.Bpf.Records;

namespace NetMon.Agent.Tests.Records;

/// <summary>Stands in for the kernel: what a test puts on the ring, and what it leaves for sweeps and the drain.</summary>
internal sealed class ScriptedSource : IRecordSource, IDisposable
{
    private readonly ConcurrentQueue<FlowRecord> _ring = new();
    private readonly SemaphoreSlim _signal = new(0);
    private ulong _put;
    private ulong _taken;
    private ulong _settled;
    private int _wakes;

    /// <summary>Whether the loop has done all that there was to do for what was put on the ring until now: it waits for more.</summary>
    public bool IsSettled => Volatile.Read(ref _settled) == Volatile.Read(ref _put);

    /// <summary>Records of the next sweep; taken by it.</summary>
    public ConcurrentQueue<FlowRecord> Sweep { get; } = new();

    /// <summary>Records of the drain.</summary>
    public ConcurrentQueue<FlowRecord> Drain { get; } = new();

    public int Sweeps { get; private set; }

    /// <summary>How often the loop was woken.</summary>
    public int Wakes => Volatile.Read(ref _wakes);

    /// <summary>Sweeps read nothing before it is set.</summary>
    public ManualResetEventSlim SweepGate { get; } = new(initialState: true);

    /// <summary>So many sweeps cannot be opened.</summary>
    public int FailingSweeps { get; init; }

    public void Put(in FlowRecord record)
    {
        Interlocked.Increment(ref _put);
        _ring.Enqueue(record);
        _signal.Release();
    }

    public void Wait(TimeSpan timeout)
    {
        Volatile.Write(ref _settled, _taken);
        if (_ring.IsEmpty)
        {
            _signal.Wait(timeout);
        }
    }

    public void Dispose()
    {
        _signal.Dispose();
        SweepGate.Dispose();
    }

    public void Wake()
    {
        Interlocked.Increment(ref _wakes);
        _signal.Release();
    }

    public ulong Position => _taken;

    public ulong End => Volatile.Read(ref _put);

    public int Consume(RecordSink sink, int max)
    {
        var count = 0;
        while (count < max && _ring.TryDequeue(out var record))
        {
            sink.OnRecord(in record, 0);
            _taken++;
            count++;
        }

        return count;
    }

    public IRecordPass OpenSweep()
    {
        Sweeps++;
        if (Sweeps <= FailingSweeps)
        {
            throw new BpfException("start a pass over the flow map", 12, "");
        }

        SweepGate.Wait();
        return new Pass(Sweep);
    }

    public IRecordPass OpenDrain() => new Pass(Drain);

    private sealed class Pass(ConcurrentQueue<FlowRecord> records) : IRecordPass
    {
        public int Read(Span<FlowRecord> destination)
        {
            var count = 0;
            while (count < destination.Length && records.TryDequeue(out var record))
            {
                destination[count++] = record;
            }

            return count;
        }

        public void Dispose() { }
    }
}
