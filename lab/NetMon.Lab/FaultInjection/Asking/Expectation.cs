namespace NetMon.Lab.FaultInjection.Asking;

/// <summary>One thing that NetMon says about a pair of workloads.</summary>
/// <param name="Word">E.g. <c>cause refused</c>.</param>
/// <param name="Detail">Figures behind it, for people; may be empty.</param>
/// <param name="Count">How often, where that is counted.</param>
internal sealed record Finding(string Word, string Detail = "", long? Count = null)
{
    public override string ToString() => Detail.Length > 0 ? $"{Word} ({Detail})" : Word;
}

/// <summary>What NetMon has to say, and what it may say besides; anything more is a false alarm.</summary>
internal sealed record Expectation(params IReadOnlyList<string> Words)
{
    /// <summary>What follows from the fault and need not be seen.</summary>
    public IReadOnlyList<string> Possible { get; init; } = [];

    /// <param name="findings">What it says.</param>
    /// <param name="count">If given: the first word's count.</param>
    public bool Matches(IReadOnlyList<Finding> findings, long? count)
    {
        var said = findings.Select(each => each.Word).ToHashSet(StringComparer.Ordinal);
        return Words.All(said.Contains)
            && said.All(word => Words.Concat(Possible).Any(each => each == word))
            && (count is null || findings.First(each => each.Word == Words[0]).Count == count);
    }

    public override string ToString() => Words.Count > 0 ? string.Join(", ", Words) : "nothing";
}
