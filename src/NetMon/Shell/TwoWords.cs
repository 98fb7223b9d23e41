using System.CommandLine;

namespace NetMon.Shell;

/// <summary>Verbs of two words may be written as two: <c>support bundle</c> for <c>support-bundle</c>.</summary>
internal static class TwoWords
{
    /// <param name="arguments">As given; not changed.</param>
    /// <param name="verbs">What there is.</param>
    /// <returns>The same arguments, the two words joined if they stand where the verb does.</returns>
    public static string[] Join(string[] arguments, IReadOnlyCollection<Command> verbs)
    {
        for (var i = 0; i < arguments.Length && !Has(arguments[i]); i++)
        {
            if (i + 1 < arguments.Length && Has($"{arguments[i]}-{arguments[i + 1]}"))
            {
                return [.. arguments[..i], $"{arguments[i]}-{arguments[i + 1]}", .. arguments[(i + 2)..]];
            }
        }

        return arguments;

        bool Has(string word) => verbs.Any(verb => string.Equals(verb.Name, word, StringComparison.Ordinal));
    }
}
