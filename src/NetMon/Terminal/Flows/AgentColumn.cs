using NetMon.Terminal.Tables;

namespace NetMon.Terminal.Flows;

/// <summary>Which node's agent told of a row: only where several were asked.</summary>
internal static class AgentColumn
{
    public static Column<T> Of<T>(Func<T, string?> agent) =>
        new("NODE", 97, row => EndCells.Word(agent(row)))
        {
            IsNeeded = row => agent(row) is not null,
            Typical = 12,
            Comfortable = 12,
            Minimum = 8,
        };
}
