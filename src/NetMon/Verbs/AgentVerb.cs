using System.CommandLine;
using NetMon.Agent;
using NetMon.Configuration;
using NetMon.Configuration.Reloading;

namespace NetMon.Verbs;

/// <summary><c>netmon agent</c>: watches this machine until it is told to stop.</summary>
internal static class AgentVerb
{
    public static Command Create()
    {
        var config = new Option<string?>("--config")
        {
            Description =
                $"settings in YAML (docs/configuration.md); variables and flags are stronger [env: {AgentConfiguration.FileVariable}]",
            HelpName = "file",
        };
        var flags = new SettingFlags();
        var command = new Command("agent", "watch this machine's traffic; serve metrics and flows")
        {
            config,
        };
        flags.AddTo(command);
        command.SetAction((result, stop) => RunAsync(result.GetValue(config), flags.Read(result), stop));
        return command;
    }

    private static Task<int> RunAsync(string? config, IEnumerable<GivenValue> flags, CancellationToken stop)
    {
        var errors = new List<ConfigurationError>();
        var configuration = AgentConfiguration.OfProcess(config, flags);
        if (ConfiguredSettings.Load(configuration, errors, TimeProvider.System) is { } settings)
        {
            return AgentHost.RunAsync(settings, stop);
        }

        foreach (var error in errors)
        {
            Console.Error.WriteLine(error);
        }

        return Task.FromResult(ExitCode.Usage);
    }
}
