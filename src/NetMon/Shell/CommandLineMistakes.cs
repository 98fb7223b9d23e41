using System.CommandLine;
using System.CommandLine.Parsing;
using NetMon.Configuration;
using NetMon.Verbs;

namespace NetMon.Shell;

/// <summary>What is wrong with a command line, a sentence each, with what was probably meant.</summary>
internal static class CommandLineMistakes
{
    /// <returns>Empty: nothing.</returns>
    public static IReadOnlyList<string> Of(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        if (command.Name == CompleteVerb.Name)
        {
            return [];
        }

        var mistakes = new List<string>();
        var unknown = Unknown(parsed);
        var (afterOption, afterWord) = (false, false);
        foreach (var word in unknown)
        {
            // What follows an option that there is not is its value, most likely; what follows a verb, the verb's.
            if (IsOption(word) || (!afterOption && !afterWord))
            {
                mistakes.Add(
                    IsOption(word) ? UnknownOption(word, parsed.CommandResult) : UnknownWord(word, command)
                );
            }

            afterOption = IsOption(word);
            afterWord |= !IsOption(word);
        }

        // Those of words that are unknown, and of a verb that is missing because of them, are said above.
        var others = parsed.Errors.Where(error => !unknown.Any(word => Names(error, word)));
        if (mistakes.Count > 0)
        {
            others = others.Where(error => error.SymbolResult is not CommandResult);
        }

        mistakes.AddRange(others.Select(error => OneLine(error.Message)));
        return mistakes;
    }

    /// <summary>Words that nothing takes, and those with a dash that an argument of any number of words took.</summary>
    private static string[] Unknown(ParseResult parsed)
    {
        if (parsed.Tokens.Any(token => token.Type == TokenType.DoubleDash))
        {
            return [.. parsed.UnmatchedTokens];
        }

        var taken = parsed
            .CommandResult.Children.OfType<ArgumentResult>()
            .SelectMany(argument => argument.Tokens)
            .Select(token => token.Value)
            .SkipWhile(word => !IsOption(word));
        return [.. parsed.UnmatchedTokens, .. taken];
    }

    private static string OneLine(string text) =>
        string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static bool IsOption(string word) => word.Length > 1 && word[0] == '-';

    private static bool Names(ParseError error, string word) =>
        error.SymbolResult is CommandResult or ArgumentResult
        && error.Message.Contains($"'{word}'", StringComparison.Ordinal);

    private static string UnknownOption(string word, CommandResult command)
    {
        var given = word.Split('=', 2)[0];
        var nearest = NearestName.Of(given, OptionsOf(command));
        return $"{command.Command.Name} has no option {given}{Suggest(nearest)}";
    }

    private static string UnknownWord(string word, Command command)
    {
        var verbs = command.Subcommands.Where(verb => !verb.Hidden).Select(verb => verb.Name).ToArray();
        if (verbs.Length == 0)
        {
            return $"{command.Name} does not take '{word}'";
        }

        var nearest = NearestName.Of(word, verbs);
        return $"there is no verb '{word}'"
            + (
                nearest is not null ? Suggest(nearest)
                : verbs.Length > 1 ? $": there are {CheckedOption.OneOf(verbs)}"
                : $": there is {verbs[0]}"
            );
    }

    private static string Suggest(string? meant) => meant is null ? "" : $"; did you mean {meant}?";

    private static IEnumerable<string> OptionsOf(CommandResult command)
    {
        for (var at = command; at is not null; at = at.Parent as CommandResult)
        {
            foreach (var option in at.Command.Options)
            {
                yield return option.Name;
                foreach (var alias in option.Aliases)
                {
                    yield return alias;
                }
            }
        }
    }
}
