using NetMon.Core.Flows;
using NetMon.Terminal.Tables;

namespace NetMon.Terminal.Flows;

/// <summary>Columns that tell who is at a flow's ends.</summary>
internal static class EndColumns
{
    private const int FullAddress = 21; // 255.255.255.255:65535
    private const int AmpleName = 40;
    private const int ComfortableName = 19;
    private const int ShortestName = 9;

    /// <param name="addresses">Show addresses even where there are names.</param>
    public static IReadOnlyList<Column<T>> Ends<T>(Func<T, FlowView> flow, bool addresses = false) =>
        [
            Name<T>(
                "SOURCE",
                100,
                row => addresses ? EndCells.Address(flow(row).Source) : EndCells.Source(flow(row))
            ),
            Name<T>(
                "DESTINATION",
                99,
                row => addresses ? EndCells.Address(flow(row).Destination) : EndCells.Destination(flow(row))
            ),
        ];

    /// <summary>All that the two columns above leave out.</summary>
    public static IReadOnlyList<Column<FlowView>> Details() =>
        [
            IfAny("SOURCE-POD", 34, flow => EndCells.Word(flow.Source.Pod)),
            IfAny("DEST-POD", 33, flow => EndCells.Word(flow.Destination.Pod)),
            IfAny("SOURCE-ADDR", 32, flow => EndCells.Address(flow.Source)) with
            {
                IsNeeded = flow => EndCells.IsNamed(flow.Source),
            },
            IfAny("DEST-ADDR", 31, flow => EndCells.Address(flow.Destination)) with
            {
                IsNeeded = flow =>
                    EndCells.IsNamed(flow.Destination) || flow.Destination.Service is { Name: not null },
            },
            IfAny("ASKED", 28, EndCells.Asked),
            IfAny("SCOPE", 29, flow => EndCells.Word(flow.Scope)),
            IfAny("SOURCE-NODE", 27, flow => EndCells.Word(flow.Source.Node)) with
            {
                IsNeeded = flow => flow.Source is { Node: not null, Pod: not null },
            },
            IfAny("DEST-NODE", 27, flow => EndCells.Word(flow.Destination.Node)) with
            {
                IsNeeded = flow => flow.Destination is { Node: not null, Pod: not null },
            },
            IfAny("SOURCE-ZONE", 13, flow => EndCells.Word(flow.Source.Zone)),
            IfAny("DEST-ZONE", 12, flow => EndCells.Word(flow.Destination.Zone)),
        ];

    /// <summary>Kept longest, shortened if need be.</summary>
    public static Column<T> Name<T>(string header, int importance, Func<T, Cell> read) =>
        new(header, importance, read)
        {
            Typical = FullAddress,
            Ample = AmpleName,
            Comfortable = ComfortableName,
            Minimum = ShortestName,
            CutInMiddle = true,
        };

    private static Column<FlowView> IfAny(string header, int importance, Func<FlowView, Cell> read) =>
        new(header, importance, read)
        {
            Ample = AmpleName,
            Comfortable = ComfortableName,
            Minimum = header.Length,
            CutInMiddle = true,
            IsNeeded = flow => !read(flow).IsNone,
        };
}
