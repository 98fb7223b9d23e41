using System.Diagnostics.CodeAnalysis;
using NetMon.Agent.Options;

namespace NetMon.Configuration;

/// <summary>One row of the table of settings.</summary>
/// <param name="key">Name in a file: <c>section.name</c>.</param>
/// <param name="flag">Name on the command line, with its dashes.</param>
/// <param name="summary">One line for the command line's help.</param>
internal abstract class Setting(string key, string flag, string summary)
{
    public string Key => key;

    public string Flag => flag;

    public string Summary => summary;

    /// <summary>What it means, in Markdown, with its limits and consequences; without it, <see cref="Summary"/> says all.</summary>
    public string? Meaning { get; init; }

    /// <summary>Whether a running agent takes a new value. Else it takes a restart.</summary>
    public bool IsLive { get; init; }

    /// <summary>Whether nobody may see its value: it is masked wherever it is shown.</summary>
    public bool IsSecret { get; init; }

    /// <summary>A variable that sets it beside the one that follows from its name; null: none.</summary>
    public string? ShortVariable { get; init; }

    /// <summary>The setting whose value holds where this one is not set; null: its own default.</summary>
    public string? Fallback { get; init; }

    /// <summary>What kind of value it takes, or each item of it, as the documentation names it.</summary>
    public abstract string Type { get; }

    /// <summary>A JSON schema of the value, or of each item.</summary>
    public abstract string Schema { get; }

    /// <summary>The most items of a list; 1 if it is none.</summary>
    public abstract int MaxItems { get; }

    /// <summary>A list: as a flag it is repeated.</summary>
    public abstract bool IsList { get; }

    /// <summary>The default as a user would write it.</summary>
    public string Default => Write(new AgentOptions());

    /// <summary>The value that these options have, as a user would write it.</summary>
    public string Write(AgentOptions options) =>
        IsList ? $"[{string.Join(", ", Texts(options))}]" : Texts(options)[0];

    /// <summary>The value that these options have: one text, or those of a list's items.</summary>
    public abstract IReadOnlyList<string> Texts(AgentOptions options);

    /// <summary>Reads a value without applying it, so that nothing is applied where another setting is wrong.</summary>
    /// <returns>False if <paramref name="errors"/> got one or more.</returns>
    public abstract bool TryRead(
        GivenValue given,
        ICollection<ConfigurationError> errors,
        [NotNullWhen(true)] out Action<AgentOptions>? apply
    );
}

internal sealed class Setting<T>(
    string key,
    string flag,
    ValueFormat<T> format,
    Func<AgentOptions, T> get,
    Action<AgentOptions, T> set,
    string summary
) : Setting(key, flag, summary)
{
    public override string Type => format.Name;

    public override string Schema => format.Schema;

    public override int MaxItems => 1;

    public override bool IsList => false;

    public override IReadOnlyList<string> Texts(AgentOptions options) => [format.Write(get(options))];

    public override bool TryRead(
        GivenValue given,
        ICollection<ConfigurationError> errors,
        [NotNullWhen(true)] out Action<AgentOptions>? apply
    )
    {
        apply = null;
        if (given.IsList)
        {
            errors.Add(new ConfigurationError(given.Place, Key, "takes one value, not a list"));
            return false;
        }

        var (text, place) = given.Texts[0];
        var parsed = format.Parse(text);
        if (parsed.Problem is { } problem)
        {
            errors.Add(new ConfigurationError(place, Key, problem));
            return false;
        }

        apply = options => set(options, parsed.Value);
        return true;
    }
}

/// <summary>A list of at most <paramref name="maxItems"/>; one value by itself is a list of one.</summary>
internal sealed class ListSetting<T>(
    string key,
    string flag,
    ValueFormat<T> format,
    int maxItems,
    Func<AgentOptions, IReadOnlyList<T>> get,
    Action<AgentOptions, IReadOnlyList<T>> set,
    string summary
) : Setting(key, flag, summary)
{
    public override string Type => format.Name;

    public override string Schema => format.Schema;

    public override int MaxItems => maxItems;

    public override bool IsList => true;

    public override IReadOnlyList<string> Texts(AgentOptions options) =>
        [.. get(options).Select(format.Write)];

    public override bool TryRead(
        GivenValue given,
        ICollection<ConfigurationError> errors,
        [NotNullWhen(true)] out Action<AgentOptions>? apply
    )
    {
        var before = errors.Count;
        var items = new List<T>(given.Texts.Count);
        foreach (var (text, place) in given.Texts)
        {
            var parsed = format.Parse(text);
            if (parsed.Problem is { } problem)
            {
                errors.Add(new ConfigurationError(place, Key, problem));
            }
            else
            {
                items.Add(parsed.Value);
            }
        }

        if (given.Texts.Count > maxItems)
        {
            errors.Add(
                new ConfigurationError(given.Place, Key, $"has {given.Texts.Count} items; {maxItems} at most")
            );
        }

        apply = errors.Count == before ? options => set(options, items) : null;
        return apply is not null;
    }
}
