namespace NetMon.Agent.Settings;

/// <summary>How reading the settings anew went since the agent started. Immutable.</summary>
/// <param name="Accepted">Times that they were taken.</param>
/// <param name="Refused">Times that they were wrong, and those before stayed.</param>
/// <param name="Errors">What was wrong the last time; empty: nothing.</param>
/// <param name="Time">When it was; null: not yet.</param>
public sealed record ReloadHistory(
    long Accepted,
    long Refused,
    IReadOnlyList<string> Errors,
    DateTimeOffset? Time
)
{
    public static ReloadHistory None { get; } = new(0, 0, [], null);

    public bool LastSucceeded => Errors.Count == 0;

    public ReloadHistory With(IReadOnlyList<string> errors, DateTimeOffset time) =>
        errors.Count == 0
            ? new(Accepted + 1, Refused, errors, time)
            : new(Accepted, Refused + 1, errors, time);
}
