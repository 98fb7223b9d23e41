namespace NetMon.Configuration;

/// <summary>What is wrong with one setting.</summary>
/// <param name="Place">Where it was given: <c>file:line:column</c>, a file's name, or a flag.</param>
/// <param name="Key">The setting, or null where the file as a whole is meant.</param>
internal sealed record ConfigurationError(string Place, string? Key, string Message)
{
    public override string ToString() => Key is null ? $"{Place}: {Message}" : $"{Place}: {Key}: {Message}";
}
