using System.Buffers;
using System.CommandLine;
using System.Text.Json;
using NetMon.Agent.Settings;
using NetMon.Configuration;
using NetMon.Configuration.Reloading;
using NetMon.Terminal;

namespace NetMon.Verbs.Config;

/// <summary>Where a verb has settings from: a running agent; or, without one, a file and this environment.</summary>
internal sealed class SettingsOrigin
{
    public const string Path = "api/v1/config";

    private readonly ServerOption _server = new();
    private readonly Option<string?> _file = new("--config")
    {
        Description =
            "not of an agent: of this file, the environment and the defaults, as an agent would start with them",
        HelpName = "file",
    };
    private readonly Option<bool> _offline = new("--offline")
    {
        Description = $"the same with the file that {AgentConfiguration.FileVariable} names, or with none",
    };

    public void AddTo(Command command)
    {
        command.Options.Add(_file);
        command.Options.Add(_offline);
        _server.AddTo(command);
    }

    /// <summary>Hands the settings, as <see cref="SettingsJson"/> writes them, to <paramref name="show"/>.</summary>
    /// <returns>The process's exit code.</returns>
    public Task<int> ReadAsync(
        ParseResult arguments,
        TerminalOutput output,
        Func<IAgentSettings, IEnumerable<SettingView>> choose,
        Func<ReadOnlyMemory<byte>, int> show,
        CancellationToken cancellationToken
    )
    {
        var file = arguments.GetValue(_file);
        return file is not null || arguments.GetValue(_offline)
            ? Task.FromResult(Read(AgentConfiguration.OfProcess(file, []), output, choose, show))
            : ReadAgentAsync(arguments, output, show, cancellationToken);
    }

    /// <summary>Those of a configuration.</summary>
    public static int Read(
        AgentConfiguration configuration,
        TerminalOutput output,
        Func<IAgentSettings, IEnumerable<SettingView>> choose,
        Func<ReadOnlyMemory<byte>, int> show
    )
    {
        var errors = new List<ConfigurationError>();
        if (ConfiguredSettings.Load(configuration, errors, TimeProvider.System) is not { } settings)
        {
            return ConfigValidateVerb.Refuse(errors, output, ExitCode.Usage);
        }

        foreach (var warning in settings.Warnings)
        {
            output.Errors.WriteLine($"netmon: {TerminalText.Clean(warning)}");
        }

        var document = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(document))
        {
            SettingsJson.Write(json, settings, choose(settings));
        }

        return show(document.WrittenMemory);
    }

    private async Task<int> ReadAgentAsync(
        ParseResult arguments,
        TerminalOutput output,
        Func<ReadOnlyMemory<byte>, int> show,
        CancellationToken cancellationToken
    )
    {
        var code = ExitCode.Ok;
        var failed = await AgentVerbRun.RunAsync(
            _server,
            arguments,
            output,
            async client => code = show(await client.GetBytesAsync(Path, cancellationToken)),
            cancellationToken
        );
        return failed == ExitCode.Ok ? code : failed;
    }
}
