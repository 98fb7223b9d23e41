using System.Globalization;

namespace NetMon.Core.Detections.Events;

/// <summary>What a reader of events asks for, in the form of the query parameters of <c>/api/v1/events</c>.</summary>
/// <remarks>Several values of one kind are alternatives; several kinds must all be true.</remarks>
public sealed record SecurityEventQuery
{
    /// <summary>What can be asked for, and what each takes, for a person who gave something else.</summary>
    public static IReadOnlyList<(string Name, string Expected)> Parameters { get; } =
    [
        ("type", $"one of {string.Join(", ", DetectionWords.AllTypes)}"),
        ("severity", $"one of {string.Join(", ", DetectionWords.AllSeverities)}"),
        ("namespace", "the name of a namespace"),
        ("workload", "a workload such as web, shop/web"),
        ("since", "a time such as 2026-01-31T12:00:00Z, or an age such as 15m or 24h"),
        ("limit", "a number of events"),
        ("follow", "true or false"),
    ];

    public IReadOnlyList<string> Types { get; init; } = [];
    public IReadOnlyList<string> Severities { get; init; } = [];

    /// <summary>Of either end.</summary>
    public IReadOnlyList<string> Namespaces { get; init; } = [];

    /// <summary>Of either end: <c>name</c> or <c>namespace/name</c>.</summary>
    public IReadOnlyList<string> Workloads { get; init; } = [];

    /// <summary>Something of the event happened at this time or later.</summary>
    public DateTimeOffset? Since { get; init; }
    public int? Limit { get; init; }

    /// <summary>Changes as they come, not the events as they stand.</summary>
    public bool Follow { get; init; }

    /// <param name="parameters">Keys and values.</param>
    /// <param name="now">What an age counts back from.</param>
    /// <param name="query">What was asked.</param>
    /// <param name="errors">What is wrong, each with its key and value.</param>
    public static bool TryParse(
        IEnumerable<KeyValuePair<string, string?>> parameters,
        DateTimeOffset now,
        out SecurityEventQuery query,
        out IReadOnlyList<string> errors
    )
    {
        ArgumentNullException.ThrowIfNull(parameters);
        var wrong = new List<string>();
        query = new SecurityEventQuery();
        foreach (var (key, given) in parameters)
        {
            var value = given ?? "";
            var expected = Parameters.FirstOrDefault(one => one.Name == key).Expected;
            if (expected is null)
            {
                wrong.Add($"{Shown(key)}: unknown parameter (value '{Shown(value)}')");
            }
            else if (With(query, key, value, now) is { } more)
            {
                query = more;
            }
            else
            {
                wrong.Add($"{key}: '{Shown(value)}' is not {expected}");
            }
        }

        errors = wrong;
        return wrong.Count == 0;
    }

    /// <summary>Whether a value is one that a parameter takes.</summary>
    public static bool Accepts(string name, string value) =>
        With(new SecurityEventQuery(), name, value, DateTimeOffset.UnixEpoch + TimeSpan.FromDays(36_500))
            is not null;

    public bool Passes(SecurityEvent told, long wallOffsetNs)
    {
        ArgumentNullException.ThrowIfNull(told);
        return (Types.Count == 0 || Types.Contains(told.Type.Word(), StringComparer.Ordinal))
            && (Severities.Count == 0 || Severities.Contains(told.Severity.Word(), StringComparer.Ordinal))
            && (Namespaces.Count == 0 || Namespaces.Any(name => IsOf(told, name, workload: null)))
            && (Workloads.Count == 0 || Workloads.Any(name => IsOf(told, name)))
            && (
                Since is not { } since
                || (long)told.LastNs + wallOffsetNs
                    >= (since - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick
            );
    }

    private static SecurityEventQuery? With(
        SecurityEventQuery query,
        string key,
        string value,
        DateTimeOffset now
    ) =>
        key switch
        {
            "type" when DetectionWords.AllTypes.Contains(value, StringComparer.Ordinal) => query with
            {
                Types = [.. query.Types, value],
            },
            "severity" when DetectionWords.AllSeverities.Contains(value, StringComparer.Ordinal) => query with
            {
                Severities = [.. query.Severities, value],
            },
            "namespace" when value.Length > 0 => query with { Namespaces = [.. query.Namespaces, value] },
            "workload" when value.Length > 0 => query with { Workloads = [.. query.Workloads, value] },
            "since" when query.Since is null && ReadTime(value, now) is { } since => query with
            {
                Since = since,
            },
            "limit"
                when query.Limit is null
                    && int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) =>
                query with
                {
                    Limit = limit,
                },
            "follow" when bool.TryParse(value, out var follow) => query with { Follow = follow },
            _ => null,
        };

    private static DateTimeOffset? ReadTime(string text, DateTimeOffset now)
    {
        if (
            text.Length > 1
            && long.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, null, out var age)
            && age < 1_000_000
        )
        {
            return text[^1] switch
            {
                's' => now.AddSeconds(-age),
                'm' => now.AddMinutes(-age),
                'h' => now.AddHours(-age),
                'd' when age < 36_500 => now.AddDays(-age),
                _ => null,
            };
        }

        return DateTimeOffset.TryParse(
            text,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out var time
        )
            ? time
            : null;
    }

    private static bool IsOf(SecurityEvent told, string name)
    {
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? IsOf(told, ns: null, name) : IsOf(told, name[..slash], name[(slash + 1)..]);
    }

    private static bool IsOf(SecurityEvent told, string? ns, string? workload) =>
        IsOf(told.Source, ns, workload) || IsOf(told.Target, ns, workload);

    private static bool IsOf(SecurityEventEnd? end, string? ns, string? workload) =>
        end?.Endpoint?.Workload is { } own
        && (ns is null || own.Namespace == ns)
        && (workload is null || own.Name == workload);

    private static string Shown(string text) => text.Length <= 64 ? text : text[..64] + "...";
}
