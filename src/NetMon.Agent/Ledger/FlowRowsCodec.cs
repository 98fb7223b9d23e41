using NetMon.Agent.Flows;
using NetMon.Core.Metrics.Tables;

namespace NetMon.Agent.Ledger;

/// <summary>Numbers of a flow's rows in one table.</summary>
internal readonly record struct KeptRows(int Sent, int SentBoth, int Received, int ReceivedBoth)
{
    /// <summary>Holds the rows that are there.</summary>
    public FlowRows Hold(SeriesTableState table) =>
        new()
        {
            Sent = new() { First = table.Hold(Sent), Second = table.Hold(SentBoth) },
            Received = new() { First = table.Hold(Received), Second = table.Hold(ReceivedBoth) },
        };
}

internal static class FlowRowsCodec
{
    public static void Write(ref LedgerWriter writer, in FlowRows rows)
    {
        writer.Number((ulong)SeriesTableState.NumberOf(rows.Sent.First));
        writer.Number((ulong)SeriesTableState.NumberOf(rows.Sent.Second));
        writer.Number((ulong)SeriesTableState.NumberOf(rows.Received.First));
        writer.Number((ulong)SeriesTableState.NumberOf(rows.Received.Second));
    }

    public static KeptRows Read(ref LedgerReader reader) =>
        new(reader.Int(), reader.Int(), reader.Int(), reader.Int());
}
