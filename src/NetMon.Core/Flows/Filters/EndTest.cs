namespace NetMon.Core.Flows.Filters;

/// <summary>Asks something of one end of a flow. Never changes, and allocates nothing.</summary>
internal abstract class EndTest
{
    public abstract bool Matches(in Flow flow, bool isSource);

    /// <summary>The same test, where names that came without a namespace are looked for in these only, as kubectl does with <c>-n</c>.</summary>
    /// <param name="namespaces">At least one.</param>
    public virtual EndTest Within(NamePattern[] namespaces) => this;
}

/// <summary>At least one of several.</summary>
internal sealed class AnyTest(params EndTest[] tests) : EndTest
{
    public override bool Matches(in Flow flow, bool isSource)
    {
        foreach (var test in tests)
        {
            if (test.Matches(in flow, isSource))
            {
                return true;
            }
        }

        return false;
    }

    public override EndTest Within(NamePattern[] namespaces) =>
        new AnyTest(Array.ConvertAll(tests, test => test.Within(namespaces)));
}
