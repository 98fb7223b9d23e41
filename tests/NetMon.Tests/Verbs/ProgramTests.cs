using System.Diagnostics;
using NetMon.Configuration;
using NetMon.Tests.Configuration;

namespace NetMon.Tests.Verbs;

/// <summary>The real program in a process of its own.</summary>
public class ProgramTests
{
    [Fact]
    public async Task Version_names_the_version_and_the_runtime()
    {
        var (code, output, _) = await NetmonAsync("version");

        Assert.Equal(0, code);
        Assert.Matches(
            @"^netmon \d+\.\d+\.\d+\ncommit ([0-9a-f]{40}|unknown)\nruntime \.NET 10\.\S+ \S+\n$",
            output
        );
    }

    [Fact]
    public async Task The_agents_help_lists_every_flag()
    {
        var (code, output, _) = await NetmonAsync("agent", "--help");

        Assert.Equal(0, code);
        Assert.All(SettingTable.All, setting => Assert.Contains($"{setting.Flag} <{setting.Type}>", output));
    }

    [Fact]
    public async Task A_bad_configuration_ends_the_agent_with_code_2_and_every_error_on_standard_error()
    {
        using var file = new TemporaryFile("flow:\n  interval: never\n");

        var (code, output, error) = await NetmonAsync(
            "agent",
            "--config",
            file.Path,
            "--listen",
            "x",
            "--interface",
            "a/b"
        );

        Assert.Equal(2, code);
        Assert.Empty(output);
        var lines = error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, lines.Length);
        Assert.StartsWith($"{file.Path}:2:13: flow.interval: ", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("--interface: capture.interfaces: ", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("--listen: api.listen: ", lines[2], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("agent", "--intervall", "5s")]
    [InlineData("agent", "--interval", "5s", "--interval", "6s")]
    [InlineData("agent", "--interval")]
    [InlineData("agents")]
    [InlineData]
    public async Task A_command_line_that_makes_no_sense_ends_with_code_2(params string[] arguments)
    {
        var (code, _, error) = await NetmonAsync(arguments);

        Assert.Equal(2, code);
        Assert.NotEmpty(error);
    }

    [Theory]
    [InlineData("statsu", "netmon: there is no verb 'statsu'; did you mean status?", "netmon --help")]
    [InlineData(
        "config sett a=b",
        "netmon: there is no verb 'sett'; did you mean set?",
        "netmon config --help"
    )]
    [InlineData(
        "flows --outptu json",
        "netmon: flows has no option --outptu; did you mean --output?",
        "netmon flows --help"
    )]
    [InlineData(
        "config unset log.level --formt",
        "netmon: unset has no option --formt",
        "netmon config unset --help"
    )]
    [InlineData("flows --formt", "netmon: flows has no option --formt", "netmon flows --help")]
    [InlineData(
        "flows --srot",
        "netmon: flows has no option --srot; did you mean --sort?",
        "netmon flows --help"
    )]
    [InlineData(
        "debug packet-trace tcp --durration=1s",
        "netmon: packet-trace has no option --durration; did you mean --duration?",
        "netmon debug packet-trace --help"
    )]
    [InlineData(
        "stats flowz",
        "netmon: Argument 'flowz' not recognized. Must be one of: 'flows' 'bpf' 'kubernetes' 'memory'",
        "netmon stats --help"
    )]
    [InlineData(
        "status -o xml",
        "netmon: --output: 'xml' is not table, json or yaml",
        "netmon status --help"
    )]
    public async Task A_mistake_of_a_command_line_is_said_in_one_line_and_what_to_do_in_another(
        string line,
        string said,
        string next
    )
    {
        var (code, output, error) = await NetmonAsync(line.Split(' '));

        Assert.Equal((2, ""), (code, output));
        Assert.Equal($"{said}\n{next} says what there is\n", error);
    }

    [Theory]
    [InlineData("version")]
    [InlineData("--help")]
    [InlineData("completion bash")]
    [InlineData("config schema")]
    [InlineData("check-system --state-dir '' --bpf-dir ''")]
    public async Task Output_that_cannot_be_written_is_an_error_in_words_and_one_that_nobody_reads_is_none(
        string line
    )
    {
        var (code, _, error) = await ShellAsync($"netmon {line} >/dev/full");
        Assert.Equal(1, code);
        Assert.StartsWith(
            "netmon: cannot write the output: No space left on device\nsee ",
            error,
            StringComparison.Ordinal
        );
        Assert.Equal(2, error.Count(letter => letter == '\n'));

        (code, _, error) = await ShellAsync($"netmon {line} >&-");
        Assert.Equal(1, code);
        Assert.StartsWith("netmon: cannot write the output: ", error, StringComparison.Ordinal);
        Assert.Equal(2, error.Count(letter => letter == '\n'));

        // The reader is gone before anything is written.
        (_, _, error) = await ShellAsync($"{{ sleep 0.2; netmon {line}; }} | true");
        Assert.Empty(error);
    }

    [Fact]
    public async Task An_error_that_cannot_be_told_leaves_the_exit_code_as_it_is()
    {
        var (code, output, _) = await ShellAsync("netmon status --server 127.0.0.1:1 2>/dev/full");

        Assert.Equal((1, ""), (code, output));
    }

    [Theory]
    [InlineData("api: {tls: {certificate: /x}}", "api.tls.certificate")]
    [InlineData("api: {tls: {client_ca: /x}}", "api.tls.client_ca")]
    [InlineData("api: {auth: {token_file: /x}}", "api.auth.token_file")]
    [InlineData("api: {auth: {certificate_admins: [CN=x]}}", "api.auth.certificate_admins")]
    [InlineData("api: {debug_listen: '0.0.0.0:9'}", "api.debug_listen")]
    [InlineData("api: {listen: '0.0.0.0:99'}\nexport: {prometheus: {port: 99}}", "export.prometheus.port")]
    [InlineData("api: {tls: {certificate: /x, key: /y}}", "api.tls.certificate")]
    [InlineData("kubernetes: {kubeconfig: /x}", "kubernetes.kubeconfig")]
    [InlineData("kubernetes: {mode: on, context: none}", "kubernetes.context")]
    public async Task Config_validate_says_of_a_file_what_an_agent_would_say(string text, string key)
    {
        using var file = new TemporaryFile(text);

        var agent = await NetmonAsync("agent", "--config", file.Path);
        var validated = await NetmonAsync("config", "validate", file.Path);

        Assert.Equal((2, 1), (agent.Code, validated.Code));
        Assert.Matches($@"^{file.Path}:\d+:\d+: {key}: ", agent.Error);
        Assert.StartsWith(agent.Error, validated.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Config_validate_for_another_machine_does_not_look_for_files()
    {
        using var file = new TemporaryFile("api: {tls: {certificate: /x, key: /y}}");

        Assert.Equal(0, (await NetmonAsync("config", "validate", "--elsewhere", file.Path)).Code);
    }

    private static Task<(int Code, string Output, string Error)> ShellAsync(string line) =>
        RunAsync("/bin/bash", "-c", line);

    private static Task<(int Code, string Output, string Error)> NetmonAsync(params string[] arguments) =>
        RunAsync(Path.Combine(AppContext.BaseDirectory, "netmon"), arguments);

    private static async Task<(int Code, string Output, string Error)> RunAsync(
        string program,
        params string[] arguments
    )
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PATH"] =
            $"{AppContext.BaseDirectory}:{Environment.GetEnvironmentVariable("PATH")}";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await error);
    }
}
