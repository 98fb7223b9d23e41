using NetMon.Agent.Flows;
using NetMon.Bpf;
using NetMon.Bpf.Records;

namespace NetMon.Agent.Capture;

/// <summary>The records of the flow programs in the kernel.</summary>
internal sealed class KernelRecordSource(FlowProgram program, EarlierRecords? earlier = null) : IRecordSource
{
    public void Wait(TimeSpan timeout) => program.Ring.Wait(timeout);

    public void Wake() => program.Ring.Wake();

    public ulong Position => program.Ring.Position;

    public ulong End => program.Ring.End;

    public int Consume(RecordSink sink, int max) => program.Ring.Consume(ref sink, max);

    public bool TakeEarlier(RecordSink sink) => earlier?.Take(sink) ?? false;

    public IRecordPass OpenSweep() => new Pass(program.OpenSweep());

    // Detached is not ended: a filter's program may be under way still, and would count in an entry that the pass has been at.
    public IRecordPass OpenDrain()
    {
        FlowPredecessor.WaitForPrograms();
        return new Pass(program.OpenDrain());
    }

    private sealed class Pass(FlowIterator iterator) : IRecordPass
    {
        public int Read(Span<FlowRecord> records) => iterator.Read(records);

        public void Dispose() => iterator.Dispose();
    }
}
