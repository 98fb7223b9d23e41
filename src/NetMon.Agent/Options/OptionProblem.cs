namespace NetMon.Agent.Options;

/// <summary>Why an agent does not start with its settings.</summary>
/// <param name="Key">The setting that is wrong, or that needs another.</param>
/// <param name="Message">What is wrong, and what would be right.</param>
public sealed record OptionProblem(string Key, string Message)
{
    public override string ToString() => $"{Key}: {Message}";
}
