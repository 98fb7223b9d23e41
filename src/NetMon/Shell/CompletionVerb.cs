using System.CommandLine;
using System.Text;
using NetMon.Terminal;

namespace NetMon.Shell;

/// <summary><c>netmon completion</c>: what makes a shell complete verbs, options and their words.</summary>
internal static class CompletionVerb
{
    // The program itself knows what may come next (CompleteVerb), so the functions are the same for every version of it.
    // bash cuts words at ':' and '=', hence the line; what precedes the last of these in a word is cut from what is offered.
    private const string Bash = """
        _netmon() {
            local program="${COMP_WORDS[0]}" line="${COMP_LINE:0:COMP_POINT}" word cut IFS=$'\n'
            line="${line#*"$program"}"
            line="${line#"${line%%[! ]*}"}"
            word="${line##* }"
            cut="${word%"${word##*[:=]}"}"
            COMPREPLY=()
            for word in $("$program" __complete --line "$line" 2>/dev/null); do
                word="${word%%$'\t'*}"
                COMPREPLY+=("${word#"$cut"}")
            done
        }
        complete -F _netmon netmon netmon-cli

        """;

    private const string Zsh = """
        #compdef netmon netmon-cli
        _netmon() {
            local -a found shown
            local line
            for line in "${(@f)$("${words[1]}" __complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
                [[ -n $line ]] || continue
                found+=("${line%%$'\t'*}")
                shown+=("${line/$'\t'/  -- }")
            done
            compadd -l -d shown -a found
        }
        if [[ ${funcstack[1]:-} == _netmon ]]; then
            _netmon "$@"
        elif (( $+functions[compdef] )); then
            compdef _netmon netmon netmon-cli
        fi

        """;

    private const string Fish = """
        function __netmon_complete
            set -l words (commandline -opc) (commandline -ct)
            command $words[1] __complete -- $words[2..-1] 2>/dev/null
        end
        complete -c netmon -f -a '(__netmon_complete)'
        complete -c netmon-cli -f -a '(__netmon_complete)'

        """;

    private static readonly string[] Shells = ["bash", "zsh", "fish"];

    public static Command Create()
    {
        var shell = new Argument<string>("shell")
        {
            Description =
                "bash: source <(netmon completion bash); zsh: the same, after compinit; fish: netmon completion fish | source",
        };
        shell.AcceptOnlyFromAmong(Shells);
        var command = new Command("completion", "print what makes a shell complete verbs, options and values")
        {
            shell,
        };
        command.SetAction(arguments =>
            TerminalOutput
                .ForProcess()
                .Write(
                    new StringBuilder(
                        arguments.GetValue(shell) switch
                        {
                            "zsh" => Zsh,
                            "fish" => Fish,
                            _ => Bash,
                        }
                    )
                )
        );
        return command;
    }
}
