namespace NetMon.Agent.Settings;

/// <summary>A setting as it is shown.</summary>
/// <param name="Key">Its name.</param>
/// <param name="Values">The value in force, as a user would write it; the items of a list.</param>
/// <param name="IsList">Whether it is a list.</param>
/// <param name="Source"><c>default</c>, <c>file:line</c>, <c>env NAME</c>, a flag, or <c>run time</c>.</param>
/// <param name="IsLive">Whether a running agent takes a new value.</param>
public sealed record SettingView(
    string Key,
    IReadOnlyList<string> Values,
    bool IsList,
    string Source,
    bool IsLive
)
{
    /// <summary>What it would be after a restart, where that is something else; else null.</summary>
    public PendingValue? Pending { get; init; }
}

/// <summary>A value that waits for a restart.</summary>
/// <param name="Values">As in <see cref="SettingView"/>.</param>
/// <param name="Source">Likewise.</param>
public sealed record PendingValue(IReadOnlyList<string> Values, string Source);
