using NetMon.Agent.Ledger;
using NetMon.Bpf;
using NetMon.Bpf.Layouts;
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

    /// <summary>Where records are to be read to that come out of the map of earlier programs; empty: wherever it likes the caller.</summary>
    public Span<byte> RoomFor(RecordLayout layout) => ledger is null ? [] : ledger.RoomFor(layout);

    /// <summary>Records that are about to be handed over were taken out of the map of earlier programs.</summary>
    public void Announce(ReadOnlySpan<FlowRecord> records) => ledger?.Leave(records);

    /// <summary>A record that earlier programs left.</summary>
    /// <param name="record">In the layout of today.</param>
    /// <param name="ring">The kernel's number of their ring.</param>
    /// <param name="position">After it in their ring; 0: it comes from their map.</param>
    /// <param name="readNs">When it was read, nanoseconds of CLOCK_MONOTONIC.</param>
    public void OnEarlier(in FlowRecord record, uint ring, ulong position, ulong readNs)
    {
        if (position == 0 && ledger is not null)
        {
            ledger.Earlier(in record);
            pipeline.Resume(in record, readNs);
            return;
        }

        ledger?.OldRing(in record, ring, position);
        pipeline.Process(in record, readNs);
    }
}
