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
