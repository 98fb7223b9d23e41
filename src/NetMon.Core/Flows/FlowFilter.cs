using NetMon.Core.Endpoints;
using NetMon.Core.Flows.Filters;

namespace NetMon.Core.Flows;

/// <summary>
/// Which flows a reader wants: several values of one kind are alternatives, the kinds must all hold. A kind without a
/// value asks nothing. <see cref="FlowQuery"/> reads it.
/// </summary>
public sealed class FlowFilter
{
    private readonly FlowFilterTerms _terms;

    internal FlowFilter(FlowFilterTerms terms) => _terms = terms;

    /// <summary>The filter that every flow passes.</summary>
    public static FlowFilter All { get; } = new(new FlowFilterTerms());

    public bool IsEmpty => _terms.IsEmpty;

    /// <summary>Whether it is asked what became of flows.</summary>
    public bool AsksForOutcome => !_terms.Statuses.IsEmpty || !_terms.Causes.IsEmpty;

    /// <summary>Whether the flow passes; never allocates.</summary>
    public bool Matches(in Flow flow) =>
        _terms.States.Allows((int)flow.State)
        && _terms.Protocols.Allows(flow.Protocol)
        && _terms.Statuses.Allows((int)flow.Status)
        && _terms.Causes.Allows((int)flow.Cause)
        && _terms.Directions.Allows((int)flow.Direction)
        && _terms.Scopes.Allows((int)flow.Attribution.Scope)
        && (_terms.Traffics.IsEmpty || _terms.Traffics.Allows((int)flow.Attribution.Traffic()))
        && MatchesPort(in flow)
        && MatchesEnds(in flow);

    private bool MatchesPort(in Flow flow) =>
        _terms.Ports.IsEmpty
        || (
            IpProtocol.HasPorts(flow.Protocol)
            && (
                _terms.Ports.Allows(flow.Source.Port)
                || _terms.Ports.Allows(flow.Destination.Port)
                || (flow.Attribution.IsTranslated() && _terms.Ports.Allows(flow.Attribution.AskedPort))
            )
        );

    private bool MatchesEnds(in Flow flow)
    {
        foreach (var alternatives in _terms.EitherEnd)
        {
            if (
                !MatchesOne(alternatives, in flow, isSource: true)
                && !MatchesOne(alternatives, in flow, isSource: false)
            )
            {
                return false;
            }
        }

        return (_terms.From.Length == 0 || MatchesOne(_terms.From, in flow, isSource: true))
            && (_terms.To.Length == 0 || MatchesOne(_terms.To, in flow, isSource: false));
    }

    private static bool MatchesOne(EndTest[] alternatives, in Flow flow, bool isSource)
    {
        foreach (var test in alternatives)
        {
            if (test.Matches(in flow, isSource))
            {
                return true;
            }
        }

        return false;
    }
}
