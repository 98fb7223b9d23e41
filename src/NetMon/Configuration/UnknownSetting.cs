namespace NetMon.Configuration;

/// <summary>What to say of a name that is no setting's.</summary>
internal static class UnknownSetting
{
    /// <returns>Null: nothing is wrong, it is a section that is empty.</returns>
    public static string? ProblemOf(GivenValue given)
    {
        // A section of which every line is commented out.
        var isEmpty = !given.IsList && given.Texts[0].Text.Length == 0;
        if (MovedSettings.NameOf(given.Key) is { } moved && !isEmpty)
        {
            return $"moved: it is {moved} now";
        }

        if (SettingTable.IsSection(given.Key))
        {
            return isEmpty ? null : "is a section; its settings go beneath it, indented";
        }

        return Message(given.Key);
    }

    public static string Message(string key) =>
        NearestName.Of(key, SettingTable.All.Select(setting => setting.Key)) is { } nearest
            ? $"unknown setting; did you mean {nearest}?"
            : "unknown setting";
}
