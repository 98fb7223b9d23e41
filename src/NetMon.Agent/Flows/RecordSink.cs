using NetMon.Bpf;
using NetMon.Bpf.Records;

namespace NetMon.Agent.Flows;

/// <summary>Hands the ring's records to the pipeline; a struct, so that the reader's loop calls it directly.</summary>
internal readonly struct RecordSink(FlowPipeline pipeline) : IRecordHandler<FlowRecord>
{
    public void OnRecord(in FlowRecord record, ulong position) => pipeline.Process(in record);
}
