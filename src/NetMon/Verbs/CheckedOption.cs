using System.CommandLine;
using System.CommandLine.Completions;

namespace NetMon.Verbs;

/// <summary>Options whose text is checked when it is parsed, so that every mistake of a command line is reported together, before a request is made.</summary>
internal static class CheckedOption
{
    /// <param name="expected">What a value is, as the end of "NAME: 'VALUE' is not ...".</param>
    public static Option<string?> One(
        string name,
        string helpName,
        string description,
        string expected,
        Func<string, bool> isValid,
        params string[] aliases
    )
    {
        var option = new Option<string?>(name, aliases);
        Describe(option, helpName, description, expected, isValid);
        return option;
    }

    /// <summary>An option that may be given several times.</summary>
    public static Option<string[]> Many(
        string name,
        string helpName,
        string description,
        string expected,
        Func<string, bool> isValid
    )
    {
        var option = new Option<string[]>(name);
        Describe(option, helpName, description, expected, isValid);
        return option;
    }

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
        string expected,
        Func<string, bool> isValid
    )
    {
        option.Description = description;
        option.HelpName = helpName;
        option.Validators.Add(result =>
        {
            foreach (var token in result.Tokens)
            {
                if (!isValid(token.Value))
                {
                    result.AddError($"{option.Name}: '{token.Value}' is not {expected}");
                }
            }
        });
    }
}
