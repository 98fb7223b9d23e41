using System.CommandLine;
using NetMon.Client;
using NetMon.Core.Flows;

namespace NetMon.Verbs;

/// <summary>The options that <c>flows</c> and <c>top</c> share: which agent to ask, and for which flows.</summary>
internal sealed class FlowRequestOptions
{
    private readonly IReadOnlyList<(FlowCriterion Criterion, Option<string[]> Option)> _criteria =
        CriterionOption.CreateAll();

    private readonly Option<bool> _failed = new("--failed")
    {
        Description = "only flows that failed: --status failed",
    };

    public ServerOption Server { get; } = new();

    /// <summary>Adds them to a verb and those below it.</summary>
    public void AddTo(Command command)
    {
        foreach (var (_, option) in _criteria)
        {
            option.Recursive = true;
            command.Options.Add(option);
        }

        _failed.Recursive = true;
        command.Options.Add(_failed);
        Server.AddTo(command);
    }

    public FlowRequest ReadRequest(ParseResult arguments)
    {
        var criteria = new List<KeyValuePair<string, string>>();
        foreach (var (criterion, option) in _criteria)
        {
            foreach (var value in arguments.GetValue(option) ?? [])
            {
                criteria.Add(new(criterion.Name, value));
            }
        }

        if (
            arguments.GetValue(_failed)
            && !criteria.Exists(criterion => string.Equals(criterion.Key, "cause", StringComparison.Ordinal))
        )
        {
            // What failed has a cause, and nothing else has one but what was broken off.
            criteria.AddRange(
                FlowWords.AllCauses.Skip(1).Select(cause => KeyValuePair.Create("cause", cause))
            );
        }

        return new FlowRequest { Criteria = criteria };
    }
}
