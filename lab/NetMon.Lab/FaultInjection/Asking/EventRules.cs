using System.Text.Json;

namespace NetMon.Lab.FaultInjection.Asking;

/// <summary>What <c>netmon events</c> tells of a namespace.</summary>
internal static class EventRules
{
    /// <summary>What its findings begin with.</summary>
    public const string Kind = "event ";

    private static readonly (string Member, string Unit)[] Figures =
    [
        ("ports", "ports"),
        ("destinations", "destinations"),
        ("sources", "sources"),
        ("rate_per_second", "a second"),
    ];

    /// <param name="events">Of any agent: the same thing may be seen by several.</param>
    public static IEnumerable<Finding> Of(IEnumerable<JsonElement> events) =>
        events
            .GroupBy(each => each.GetProperty("type").GetString()!, StringComparer.Ordinal)
            .OrderBy(type => type.Key, StringComparer.Ordinal)
            .Select(type => new Finding(Kind + type.Key, Evidence(type.First())));

    private static string Evidence(JsonElement happened) =>
        happened.TryGetProperty("evidence", out var evidence)
            ? string.Join(
                ", ",
                Figures
                    .Where(figure =>
                        evidence.TryGetProperty(figure.Member, out var count) && count.GetDouble() > 1
                    )
                    .Select(figure => $"{evidence.GetProperty(figure.Member)} {figure.Unit}")
            )
            : "";
}
