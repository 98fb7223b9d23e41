using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using NetMon.Agent.Options;
using NetMon.Configuration;
using NetMon.Tests.Configuration;
using NetMon.Tests.Terminal;
using NetMon.Verbs;
using NetMon.Verbs.Config;

namespace NetMon.Tests.Verbs;

public sealed class ConfigVerbTests : IDisposable
{
    private const string Text = """
        capture:
          exclude: ["eth*", docker0]
        flow:
          interval: 2s
        kubernetes:
          node_name: "a: b # \"c\""
        """;

    private readonly TemporaryFile _file = new(Text);

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task Show_lists_what_is_set_with_its_source_and_with_effective_everything()
    {
        var (code, text, _) = await RunAsync("show", "--config", _file.Path);

        Assert.Equal(ExitCode.Ok, code);
        Assert.Equal(4, text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Matches($@"flow\.interval +2s +{_file.Path}:4:13 +restart", text);
        Assert.Matches($@"capture\.exclude +\[eth\*, docker0\] +{_file.Path}:2:12 +live", text);

        var (_, all, _) = await RunAsync("show", "--effective", "--config", _file.Path);
        Assert.Equal(
            SettingTable.All.Count + 1,
            all.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length
        );
    }

    [Theory]
    [InlineData("--effective")]
    [InlineData("--defaults")]
    public async Task What_show_prints_as_YAML_is_a_file_that_means_the_same(string which)
    {
        var (code, yaml, _) = await RunAsync("show", which, "-o", "yaml", "--config", _file.Path);
        using var again = new TemporaryFile(yaml);
        var errors = new List<ConfigurationError>();
        var options = AgentConfiguration.Load(again.Path, [], errors);

        Assert.Equal(ExitCode.Ok, code);
        Assert.Empty(errors);
        var expected =
            which == "--defaults" ? new AgentOptions() : AgentConfiguration.Load(_file.Path, [], errors)!;
        Assert.All(
            SettingTable.All,
            setting => Assert.Equal(setting.Write(expected), setting.Write(options!))
        );
    }

    [Fact]
    public async Task Get_prints_a_value_alone_and_a_lists_items_a_line_each()
    {
        Assert.Equal((0, "2s\n", ""), await RunAsync("get", "flow.interval", "--config", _file.Path));
        Assert.Equal(
            (0, "eth*\ndocker0\n", ""),
            await RunAsync("get", "capture.exclude", "--config", _file.Path)
        );
        Assert.Equal(
            (
                ExitCode.Usage,
                "",
                "netmon: flow.intervall: unknown setting; did you mean flow.interval?\nnetmon config show --effective lists all\n"
            ),
            await RunAsync("get", "flow.intervall", "--config", _file.Path)
        );
    }

    [Fact]
    public async Task Validate_says_every_error_with_its_place()
    {
        using var wrong = new TemporaryFile("flow: {interval: soon}\nlog: {levle: info}\n");

        var (code, _, errors) = await RunAsync("validate", wrong.Path);

        Assert.Equal(ExitCode.Failed, code);
        Assert.Equal(
            [
                $"{wrong.Path}:1:18: flow.interval: 'soon' is not a duration such as 500ms, 5s or 2m (units: ms, s, m, h)",
                $"{wrong.Path}:2:14: log.levle: unknown setting; did you mean log.level?",
                "docs/configuration.md and netmon config schema say what a file may hold",
            ],
            errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)
        );
        Assert.Equal((0, "", $"netmon: {_file.Path} is valid\n"), await RunAsync("validate", _file.Path));
    }

    [Fact]
    public async Task Set_sends_values_to_the_agent_and_says_that_they_are_not_kept()
    {
        await using var agent = await FakeAgent.StartAsync();
        var sent = "";
        agent.List = async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            sent = $"{context.Request.Method} {await reader.ReadToEndAsync()}";
            await context.Response.WriteAsync(
                """{"file":null,"reloads":{},"settings":[{"key":"log.level","value":"debug","source":"run time","changes":"live"}]}"""
            );
        };

        var (code, text, errors) = await RunAsync(
            "set",
            "log.level=debug",
            "capture.exclude=a*,b",
            "--server",
            agent.Address.ToString()!
        );

        Assert.Equal(ExitCode.Ok, code);
        Assert.Equal("""POST {"log.level":"debug","capture.exclude":["a*","b"]}""", sent);
        Assert.Matches(@"log\.level +debug +run time +live", text);
        Assert.Contains("until the agent ends", errors, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task The_schema_accepts_what_the_agent_accepts_and_refuses_slips()
    {
        var (_, schema, _) = await RunAsync("schema");
        var (_, defaults, _) = await RunAsync("show", "--defaults", "-o", "yaml");
        using var document = JsonDocument.Parse(schema);
        Assert.Equal(
            "https://json-schema.org/draft/2020-12/schema",
            document.RootElement.GetProperty("$schema").GetString()
        );

        Skip.If(
            Python("import yaml, jsonschema; jsonschema.Draft202012Validator") is { Length: > 0 },
            "needs Python with yaml and jsonschema"
        );
        using var schemaFile = new TemporaryFile(schema);
        using var defaultFile = new TemporaryFile(defaults);
        using var slips = new TemporaryFile(
            "flow: {intervall: 1s, interval: soon}\nlog: {level: loud}\nperformance: {workers: 0}\n"
        );
        Assert.Equal("0 0 4", Validate(schemaFile.Path, defaultFile.Path, _file.Path, slips.Path));
    }

    private static string Validate(params string[] paths)
    {
        const string Script = """
            import json, sys, yaml, jsonschema
            schema = json.load(open(sys.argv[1]))
            jsonschema.Draft202012Validator.check_schema(schema)
            check = jsonschema.Draft202012Validator(schema)
            print(*[len(list(check.iter_errors(yaml.safe_load(open(path))))) for path in sys.argv[2:]])
            """;
        return Python(Script, paths);
    }

    /// <returns>What it prints, also of errors.</returns>
    private static string Python(string script, params string[] arguments)
    {
        using var python = Process.Start(
            new ProcessStartInfo(
                "sh",
                ["-c", "exec python3 -W ignore -c \"$@\" 2>&1", "sh", script, .. arguments]
            )
            {
                RedirectStandardOutput = true,
                UseShellExecute = false,
            }
        )!;
        var text = python.StandardOutput.ReadToEnd().Trim();
        python.WaitForExit();
        return text;
    }

    private static async Task<(int Code, string Text, string Errors)> RunAsync(params string[] arguments)
    {
        using var output = new CapturedOutput();
        var code = await ConfigVerb.Create(() => output.Target).Parse(arguments).InvokeAsync();
        return (code, output.Text, output.Errors);
    }
}
