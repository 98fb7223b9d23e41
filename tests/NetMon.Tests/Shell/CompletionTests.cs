using System.Diagnostics;

namespace NetMon.Tests.Shell;

/// <summary>The real shells, with the functions that the real program prints.</summary>
public sealed class CompletionTests : IDisposable
{
    private const string Bash = """
        source <(netmon completion bash)
        COMP_LINE=$1 COMP_POINT=${#1}
        read -ra COMP_WORDS <<< "$1"
        [[ $1 == *' ' ]] && COMP_WORDS+=('')
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        _netmon
        printf '%s\n' "${COMPREPLY[@]}" | sort
        """;

    // The completion system needs a terminal; what the function gives to it does not.
    private const string Zsh = """
        compadd() { print -rl -- ${(P)argv[-1]} }
        source <(netmon completion zsh)
        words=(${=1})
        [[ $1 == *' ' ]] && words+=('')
        CURRENT=${#words}
        _netmon | sort
        """;

    private const string Fish = """
        netmon completion fish | source
        complete -C $argv[1] | string replace -r '\t.*' '' | sort
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("netmon-names-").FullName;

    public CompletionTests()
    {
        var program = Path.Combine(AppContext.BaseDirectory, "netmon");
        File.CreateSymbolicLink(Path.Combine(_folder, "netmon"), program);
        File.CreateSymbolicLink(Path.Combine(_folder, "netmon-cli"), program);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [SkippableTheory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    public async Task Verbs_options_and_values_are_completed(string shell)
    {
        Skip.If(FindProgram(shell) is null, $"there is no {shell}");
        (string Line, string Expected)[] cases =
        [
            ("netmon fl", "flows"),
            ("netmon-cli sta", "stats status"),
            ("netmon flows --namesp", "--namespace"),
            ("netmon flows --scope pod-to-", "pod-to-external pod-to-node pod-to-pod"),
            ("netmon flows -o ", "json table wide yaml"),
            ("netmon flows dump -o ", "json jsonl yaml"),
            ("netmon stats ", "bpf flows kubernetes memory"),
            ("netmon completion ", "bash fish zsh"),
            ("netmon agent --labels src_w", "src_workload"),
            ("netmon config get log.le", "log.level"),
        ];
        foreach (var (line, expected) in cases)
        {
            var (output, error) = await CompleteAsync(shell, line);

            Assert.Equal((line, "", expected), (line, error, output.Trim().Replace('\n', ' ')));
        }
    }

    [Fact]
    public async Task A_program_says_what_it_offers_with_what_it_is_for()
    {
        var (output, _) = await RunAsync(Path.Combine(_folder, "netmon"), "__complete", "--", "stat");

        Assert.Matches("^stats\t[^\n]+\nstatus\t[^\n]+\n$", output);
    }

    [Fact]
    public async Task Settings_are_completed_with_their_values()
    {
        var (output, _) = await RunAsync(
            Path.Combine(_folder, "netmon"),
            "__complete",
            "--",
            "config",
            "set",
            "capture.attach="
        );

        Assert.Contains("capture.attach=tcx\n", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("netmon")]
    [InlineData("netmon-cli")]
    public async Task The_help_has_the_name_that_the_program_was_called_by(string name)
    {
        var (output, _) = await RunAsync(Path.Combine(_folder, name), "flows", "--help");

        Assert.Contains($"  {name} flows [command] [options]", output, StringComparison.Ordinal);
    }

    private Task<(string Output, string Error)> CompleteAsync(string shell, string line) =>
        shell switch
        {
            "bash" => RunAsync("bash", "--norc", "-c", Bash, "bash", line),
            "zsh" => RunAsync("zsh", "-f", "-c", Zsh, "zsh", line),
            _ => RunAsync("fish", "--no-config", "-c", Fish, "--", line),
        };

    private async Task<(string Output, string Error)> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PATH"] = $"{_folder}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["HOME"] = _folder;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (await output, await error);
    }

    private static string? FindProgram(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(':')
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);
}
