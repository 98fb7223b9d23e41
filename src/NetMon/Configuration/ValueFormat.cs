using System.Diagnostics.CodeAnalysis;

namespace NetMon.Configuration;

/// <summary>How a value of one type is written.</summary>
/// <param name="Name">What the documentation calls it.</param>
/// <param name="Parse">The value of a text.</param>
/// <param name="Write">The text of a value; parsing it gives the value again.</param>
internal sealed record ValueFormat<T>(string Name, Func<string, Parsed<T>> Parse, Func<T, string> Write)
{
    /// <summary>The same for other programs: a JSON schema of what YAML makes of a text. It may allow more than <see cref="Parse"/>, never less.</summary>
    public string Schema { get; init; } = """{"type":["string","number","boolean","null"]}""";
}

/// <summary>A value, or why there is none.</summary>
internal readonly struct Parsed<T>
{
    private Parsed(T value, string? problem)
    {
        Value = value;
        Problem = problem;
    }

    /// <summary>Meaningful without a <see cref="Problem"/>.</summary>
    public T Value { get; }

    public string? Problem { get; }

    [SuppressMessage(
        "Usage",
        "CA2225",
        Justification = "The two ways to make one; nothing else needs a name."
    )]
    public static implicit operator Parsed<T>(T value) => new(value, null);

    public static implicit operator Parsed<T>(Problem problem) => new(default!, problem.Message);
}

internal readonly record struct Problem(string Message);
