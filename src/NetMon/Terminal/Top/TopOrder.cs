using NetMon.Terminal.Flows;

namespace NetMon.Terminal.Top;

/// <summary>Which rows are shown, in which order.</summary>
internal static class TopOrder
{
    public static TopRow[] Apply(IReadOnlyList<TopRow> rows, TopState state)
    {
        var chosen = rows.Where(row => IsChosen(row, state.Direction)).ToArray();
        var keys = Array.ConvertAll(chosen, row => Key(row, state.Sort));
        var order = state.Inverted ? -1 : 1;
        var indices = new int[chosen.Length];
        for (var i = 0; i < indices.Length; i++)
        {
            indices[i] = i;
        }

        Array.Sort(
            indices,
            (a, b) =>
            {
                var byKey = keys[b].CompareTo(keys[a]) * order;
                return byKey != 0 ? byKey : Settle(chosen[a], chosen[b]);
            }
        );
        return Array.ConvertAll(indices, index => chosen[index]);
    }

    private static bool IsChosen(TopRow row, TopDirection direction) =>
        direction switch
        {
            TopDirection.Ingress => row.Flow.Direction is "ingress",
            TopDirection.Egress => row.Flow.Direction is "egress",
            TopDirection.Transit => row.Flow.Direction is "transit",
            _ => true,
        };

    private static double Key(TopRow row, TopSort sort) =>
        sort switch
        {
            TopSort.Packets => row.Rate?.Packets ?? -1,
            TopSort.Age => -row.Flow.Start.UtcTicks,
            TopSort.Rtt => FlowCells.RoundTripUs(row.Flow) ?? -1,
            TopSort.Retransmits => row.Flow.Tcp is { } tcp
                ? tcp.RetransmitsSent + tcp.RetransmitsReceived
                : -1,
            _ => row.Rate?.Bytes ?? -1,
        };

    /// <summary>Equals by bytes so far, then by id, so that idle rows keep their places.</summary>
    private static int Settle(TopRow a, TopRow b)
    {
        var byBytes = TotalBytes(b).CompareTo(TotalBytes(a));
        return byBytes != 0 ? byBytes : string.CompareOrdinal(a.Flow.Id, b.Flow.Id);
    }

    private static long TotalBytes(TopRow row) => row.Flow.Sent.Bytes + row.Flow.Received.Bytes;
}
