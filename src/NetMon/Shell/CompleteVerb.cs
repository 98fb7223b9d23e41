using System.CommandLine;
using System.Text;
using NetMon.Terminal;

namespace NetMon.Shell;

/// <summary><c>netmon __complete WORD...</c>: what may stand in place of the last word. The shells' functions ask it; people need not.</summary>
/// <remarks>A line for each: the word, and behind a tab what it is for.</remarks>
internal static class CompleteVerb
{
    public const string Name = "__complete";

    public static Command Create()
    {
        var words = new Argument<string[]>("word") { Arity = ArgumentArity.ZeroOrMore };
        var line = new Option<string?>("--line")
        {
            Description = "the whole line in place of words, up to where it is completed",
        };
        var command = new Command(Name, "tell what may come next; for the shells' completion")
        {
            words,
            line,
        };
        command.Hidden = true;
        command.SetAction(arguments =>
        {
            var root = arguments.RootCommandResult.Command;
            var text = arguments.GetValue(line) ?? Line(arguments.GetValue(words) ?? []);
            var found = new StringBuilder();
            foreach (var (word, what) in Find(root, text))
            {
                found.Append(what.Length > 0 ? $"{word}\t{what}\n" : $"{word}\n");
            }

            TerminalOutput.ForProcess().Write(found);
        });
        return command;
    }

    /// <summary>What may stand at the end of a line, which does not have the program's own name.</summary>
    public static IEnumerable<(string Word, string What)> Find(Command root, string line)
    {
        var begun = line[(line.LastIndexOf(' ') + 1)..];
        // Options are for those who begin one: there are too many of them to choose from.
        return root.Parse(line)
            .GetCompletions(line.Length)
            .Where(item => item.Label.StartsWith(begun, StringComparison.Ordinal))
            .Where(item => begun.Length > 0 || !item.Label.StartsWith('-'))
            .Where(item => item.Label is not ("-?" or "/?" or "/h" or "-h"))
            .Select(item => (item.Label, TerminalText.Clean(item.Detail ?? "")))
            .DistinctBy(item => item.Label, StringComparer.Ordinal);
    }

    // Words with spaces are quoted; the last is where it is completed.
    private static string Line(string[] words)
    {
        var line = new StringBuilder();
        for (var i = 0; i < words.Length; i++)
        {
            var quoted = i < words.Length - 1 && (words[i].Length == 0 || words[i].Contains(' '));
            line.Append(i > 0 ? " " : "").Append(quoted ? $"\"{words[i]}\"" : words[i]);
        }

        return line.ToString();
    }
}
