using System.CommandLine;
using System.CommandLine.Completions;

namespace NetMon.Verbs;

/// <summary>Options whose text is checked when it is parsed, so that every mistake of a command line is reported together, before a request is made.</summary>
internal static class CheckedOption
{
    /// <param name="problem">What is wrong with a value, in words that name it; null if nothing is.</param>
    public static Option<string?> One(
        string name,
        string helpName,
        string description,
        Func<string, string?> problem,
        params string[] aliases
    )
    {
        var option = new Option<string?>(name, aliases);
        Describe(option, helpName, description, problem);
        return option;
    }

    /// <summary>An option that may be given several times.</summary>
    public static Option<string[]> Many(
        string name,
        string helpName,
        string description,
        Func<string, string?> problem,
        params string[] aliases
    )
    {
        var option = new Option<string[]>(name, aliases);
        Describe(option, helpName, description, problem);
        return option;
    }

    /// <summary>The problem of a value that is not what a sentence says: "'x' is not ...".</summary>
    public static Func<string, string?> Not(string expected, Func<string, bool> isValid) =>
        value => isValid(value) ? null : $"'{value}' is not {expected}";

    /// <summary>Offers words to the shell's completion.</summary>
    public static T Completing<T>(this T option, IReadOnlyList<string> words)
        where T : Option
    {
        option.CompletionSources.Add(_ => words.Select(word => new CompletionItem(word)));
        return option;
    }

    /// <summary>Words as the end of a sentence: <c>a, b or c</c>.</summary>
    public static string OneOf(IReadOnlyList<string> words) =>
        $"{string.Join(", ", words.Take(words.Count - 1))} or {words[^1]}";

    private static void Describe(
        Option option,
        string helpName,
        string description,
        Func<string, string?> problem
    )
    {
        option.Description = description;
        option.HelpName = helpName;
        option.Validators.Add(result =>
        {
            foreach (var token in result.Tokens)
            {
                if (problem(token.Value) is { } wrong)
                {
                    result.AddError($"{option.Name}: {wrong}");
                }
            }
        });
    }
}
