using NetMon.Agent.Flows;
using NetMon.Bpf.Records;

namespace NetMon.Agent.Capture;

/// <summary>Where records come from: the kernel, or a test. Used by the capture loop's thread, sweeps by the sweeper's; <see cref="Wake"/> by any.</summary>
internal interface IRecordSource
{
    /// <summary>Waits until there are records, <see cref="Wake"/> is called or the time is over.</summary>
    void Wait(TimeSpan timeout);

    /// <summary>Ends a <see cref="Wait"/>, now or the next one. From any thread.</summary>
    void Wake();

    /// <summary>Hands out records, oldest first.</summary>
    /// <returns>Records handed out; fewer than <paramref name="max"/> when no more are there.</returns>
    int Consume(RecordSink sink, int max);

    /// <summary>How far records were handed out. It only grows.</summary>
    ulong Position { get; }

    /// <summary>How far <see cref="Position"/> has to come for all records that are there now to be handed out. From any thread.</summary>
    ulong End { get; }

    /// <summary>Hands out some of the records that programs before these left, once none of them is attached.</summary>
    /// <returns>Whether there may be more.</returns>
    bool TakeEarlier(RecordSink sink) => false;

    /// <summary>Starts a pass over the flows that have something to report without being asked by a packet.</summary>
    IRecordPass OpenSweep();

    /// <summary>Starts a pass that ends every flow.</summary>
    IRecordPass OpenDrain();
}

internal interface IRecordPass : IDisposable
{
    /// <returns>Records written; 0 at the end of the pass.</returns>
    int Read(Span<FlowRecord> records);
}
