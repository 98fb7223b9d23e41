using NetMon.Lab.Agents;
using NetMon.Lab.Captures;

namespace NetMon.Lab.Traffic;

/// <summary>What a figure of bytes or packets is of: the labels of its series.</summary>
/// <param name="Service">The service that the sender asked; empty if none, and for answers.</param>
/// <param name="Direction">egress, ingress, transit.</param>
public readonly record struct Figure(
    Party Source,
    Party Destination,
    string Service,
    string Protocol,
    string Direction
)
{
    public string Scope { get; init; } = $"{Source.Word}-to-{Destination.Word}";

    public string Traffic { get; init; } =
        Source.Word == "external" || Destination.Word == "external" ? "external" : "internal";

    public override string ToString() =>
        $"{Source} > {Destination}{(Service.Length == 0 ? "" : $" by {Service}")} {Protocol} {Scope} {Direction}";

    public static Figure Of(MetricSample series)
    {
        ArgumentNullException.ThrowIfNull(series);
        return new Figure(
            new Party(series.Label("src_namespace"), series.Label("src_workload"), series.Label("src_kind")),
            new Party(series.Label("dst_namespace"), series.Label("dst_workload"), series.Label("dst_kind")),
            series.Label("dst_service"),
            series.Label("protocol"),
            series.Label("direction")
        )
        {
            Scope = series.Label("scope"),
            Traffic = series.Label("traffic"),
        };
    }
}

/// <summary>What a figure adds up to.</summary>
public readonly record struct Sums(long Flows, long Packets, long Bytes)
{
    public static Sums operator +(Sums left, Sums right) =>
        new(left.Flows + right.Flows, left.Packets + right.Packets, left.Bytes + right.Bytes);

    public static Sums operator -(Sums left, Sums right) =>
        new(left.Flows - right.Flows, left.Packets - right.Packets, left.Bytes - right.Bytes);
}

/// <summary>Figures that can be added to.</summary>
public sealed class FigureTable
{
    private readonly Dictionary<Figure, Sums> _sums = [];

    public IReadOnlyDictionary<Figure, Sums> Sums => _sums;

    public Sums this[Figure figure] => _sums.GetValueOrDefault(figure);

    public void Add(Figure figure, Sums sums)
    {
        if (sums != default)
        {
            _sums[figure] = this[figure] + sums;
        }
    }

    /// <param name="flows">That began with these packets.</param>
    public void Add(Figure figure, Count count, int flows = 0) =>
        Add(figure, new Sums(flows, count.Packets, count.Bytes));
}
