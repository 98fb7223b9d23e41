namespace NetMon.Core.Flows.Filters;

/// <summary>Numbers of which one is wanted; none asks nothing.</summary>
internal readonly struct NumberSet
{
    private readonly int[]? _numbers;

    public NumberSet(IReadOnlyCollection<int> numbers) => _numbers = numbers.Count > 0 ? [.. numbers] : null;

    public bool IsEmpty => _numbers is null;

    public bool Allows(int number) => _numbers is null || Array.IndexOf(_numbers, number) >= 0;
}
