using NetMon.Agent.Ledger;
using NetMon.Bpf;
using NetMon.Bpf.Records;

namespace NetMon.Agent.Flows;

/// <summary>Hands the ring's records to the ledger and the pipeline; a struct, so that the reader's loop calls it directly.</summary>
internal readonly struct RecordSink(FlowPipeline pipeline, FlowLedger? ledger = null)
    : IRecordHandler<FlowRecord>
{
    public void OnRecord(in FlowRecord record, ulong position)
    {
        ledger?.Ring(in record, position);
        pipeline.Process(in record);
    }
}
