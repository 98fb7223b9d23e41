using System.CommandLine;

namespace NetMon.Verbs;

/// <summary><c>netmon completion</c>: what makes a shell complete verbs, options and their words.</summary>
internal static class CompletionVerb
{
    // The program itself knows what may come next: [suggest:COLUMN] "LINE" prints it, a word a line.
    private const string Bash = """
        _netmon() {
            local program="${COMP_WORDS[0]}" line="${COMP_LINE#*"${COMP_WORDS[0]}"}" words
            local column=$((COMP_POINT - ${#COMP_LINE} + ${#line}))
            words="$("$program" "[suggest:$((column > 0 ? column - 1 : 0))]" "${line# }" 2>/dev/null)"
            COMPREPLY=($(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -F _netmon netmon

        """;

    public static Command Create()
    {
        var shell = new Argument<string>("shell") { Description = "bash", HelpName = "bash" };
        shell.AcceptOnlyFromAmong("bash");
        var command = new Command(
            "completion",
            "print a shell's completion; for bash: source <(netmon completion bash)"
        )
        {
            shell,
        };
        command.SetAction(_ =>
        {
            Console.Out.Write(Bash);
            return ExitCode.Ok;
        });
        return command;
    }
}
