using NetMon.Core.Flows.Filters;

namespace NetMon.Core.Flows;

/// <summary>One kind of choice among flows, in text: a parameter of <c>/api/v1/flows</c>, an option of <c>netmon flows</c>.</summary>
public sealed class FlowCriterion
{
    private readonly Func<string, int?>? _number;
    private readonly Func<string, EndTest?>? _end;

    internal FlowCriterion(string name, string expected, Func<string, int?> number)
    {
        (Name, Expected, _number) = (name, expected, number);
    }

    internal FlowCriterion(string name, string expected, Func<string, EndTest?> end)
    {
        (Name, Expected, _end) = (name, expected, end);
    }

    /// <param name="name">The parameter's name.</param>
    /// <param name="words">The words of an enumeration, in its order.</param>
    /// <param name="first">The first of them that can be asked for: those before stand for nothing.</param>
    internal FlowCriterion(string name, IReadOnlyList<string> words, int first = 0)
    {
        Name = name;
        Words = [.. words.Skip(first)];
        Expected = $"{string.Join(", ", Words.Take(Words.Count - 1))} or {Words[^1]}";
        _number = text => Words.Index().Where(word => Is(word.Item, text)).Select(ToNumber).FirstOrDefault();

        int? ToNumber((int Index, string Item) word) => word.Index + first;
    }

    /// <summary>Every kind, in the order in which the documents and the help list them.</summary>
    public static IReadOnlyList<FlowCriterion> All => FlowCriteria.All;

    public string Name { get; }

    /// <summary>What a value looks like, as the end of "... is not".</summary>
    public string Expected { get; }

    /// <summary>The words that it takes, in any case; empty if it takes more than words.</summary>
    public IReadOnlyList<string> Words { get; } = [];

    /// <summary>Whether a value can be read.</summary>
    public bool Accepts(string value) =>
        _number?.Invoke(value) is not null || _end?.Invoke(value) is not null;

    /// <returns>False if the value cannot be read.</returns>
    internal bool TryRead(string value, out int number, out EndTest? end)
    {
        end = _end?.Invoke(value);
        var read = _number?.Invoke(value);
        number = read ?? 0;
        return end is not null || read is not null;
    }

    private static bool Is(string word, string text) =>
        string.Equals(word, text, StringComparison.OrdinalIgnoreCase);
}
