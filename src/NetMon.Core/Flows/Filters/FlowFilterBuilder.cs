namespace NetMon.Core.Flows.Filters;

/// <summary>Gathers the values of a filter as they come.</summary>
internal sealed class FlowFilterBuilder
{
    private readonly Dictionary<FlowCriterion, List<int>> _numbers = [];
    private readonly Dictionary<FlowCriterion, List<EndTest>> _ends = [];

    /// <returns>False if the value cannot be read.</returns>
    public bool TryAdd(FlowCriterion criterion, string value)
    {
        if (!criterion.TryRead(value, out var number, out var end))
        {
            return false;
        }

        if (end is not null)
        {
            Add(_ends, criterion, end);
        }
        else
        {
            Add(_numbers, criterion, number);
        }

        return true;
    }

    public FlowFilter Build()
    {
        NamePattern[] namespaces =
        [
            .. _ends
                .GetValueOrDefault(FlowCriteria.Namespace, [])
                .OfType<NamespaceTest>()
                .Select(test => test.Name),
        ];
        var terms = new FlowFilterTerms
        {
            States = Numbers(FlowCriteria.State),
            Protocols = Numbers(FlowCriteria.Protocol),
            Statuses = Numbers(FlowCriteria.Status),
            Causes = Numbers(FlowCriteria.Cause),
            Directions = Numbers(FlowCriteria.Direction),
            Scopes = Numbers(FlowCriteria.Scope),
            Traffics = Numbers(FlowCriteria.Traffic),
            Ports = Numbers(FlowCriteria.Port),
            EitherEnd = [.. FlowCriteria.OfEitherEnd.Where(_ends.ContainsKey).Select(Ends)],
            From = Ends(FlowCriteria.From),
            To = Ends(FlowCriteria.To),
        };
        return terms.IsEmpty ? FlowFilter.All : new FlowFilter(terms);

        EndTest[] Ends(FlowCriterion criterion)
        {
            var tests = _ends.GetValueOrDefault(criterion, []);
            return [.. namespaces.Length == 0 ? tests : tests.Select(test => test.Within(namespaces))];
        }
    }

    private NumberSet Numbers(FlowCriterion criterion) => new(_numbers.GetValueOrDefault(criterion, []));

    private static void Add<T>(Dictionary<FlowCriterion, List<T>> into, FlowCriterion criterion, T value)
    {
        if (!into.TryGetValue(criterion, out var values))
        {
            into[criterion] = values = [];
        }

        values.Add(value);
    }
}
