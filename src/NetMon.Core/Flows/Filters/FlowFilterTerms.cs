namespace NetMon.Core.Flows.Filters;

/// <summary>The values of a filter, kind by kind.</summary>
internal sealed class FlowFilterTerms
{
    public NumberSet States { get; init; }
    public NumberSet Protocols { get; init; }
    public NumberSet Statuses { get; init; }
    public NumberSet Causes { get; init; }
    public NumberSet Directions { get; init; }
    public NumberSet Scopes { get; init; }
    public NumberSet Traffics { get; init; }

    /// <summary>Of either end, or the one that was asked for. An ICMP identifier is no port.</summary>
    public NumberSet Ports { get; init; }

    /// <summary>For each kind its alternatives; each kind must hold at one end.</summary>
    public EndTest[][] EitherEnd { get; init; } = [];
    public EndTest[] From { get; init; } = [];
    public EndTest[] To { get; init; } = [];

    public bool IsEmpty =>
        States.IsEmpty
        && Protocols.IsEmpty
        && Statuses.IsEmpty
        && Causes.IsEmpty
        && Directions.IsEmpty
        && Scopes.IsEmpty
        && Traffics.IsEmpty
        && Ports.IsEmpty
        && EitherEnd.Length + From.Length + To.Length == 0;
}
