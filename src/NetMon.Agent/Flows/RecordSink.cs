using NetMon.Bpf;
using NetMon.Bpf.Records;

namespace NetMon.Agent.Flows;

/// <summary>Hands the ring's records to the pipeline; a struct, so that the reader's loop calls it directly.</summary>
internal readonly struct RecordSink(FlowPipeline pipeline) : IRecordHandler<FlowRecord>
{
    public void OnRecord(in FlowRecord record, ulong position) => pipeline.Process(in record);

    /// <summary>A record that earlier programs left.</summary>
    /// <param name="record">In the layout of today.</param>
    /// <param name="position">After it in their ring; 0: it comes from their map.</param>
    /// <param name="readNs">When it was read, nanoseconds of CLOCK_MONOTONIC.</param>
    public void OnEarlier(in FlowRecord record, ulong position, ulong readNs) =>
        pipeline.Process(in record, readNs);
}
