using System.CommandLine;
using System.Reflection;
using System.Runtime.InteropServices;
using NetMon.Agent;
using NetMon.Agent.Lifecycle;
using NetMon.Agent.Privileges;
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
        var takeover = new Option<bool>("--takeover")
        {
            Description = "stop an agent that is running, and go on where it was",
        };
        var flags = new SettingFlags();
        var command = new Command("agent", "watch this machine's traffic; serve metrics and flows")
        {
            config,
            takeover,
        };
        flags.AddTo(command);
        // The token does not tell the signals apart, so it is not used: they are listened to here.
        command.SetAction(
            (result, _) => RunAsync(result.GetValue(config), result.GetValue(takeover), flags.Read(result))
        );
        return command;
    }

    private static async Task<int> RunAsync(string? config, bool takeover, IEnumerable<GivenValue> flags)
    {
        var errors = new List<ConfigurationError>();
        var configuration = AgentConfiguration.OfProcess(config, flags);
        if (
            ConfiguredSettings.Load(configuration, errors, TimeProvider.System) is { } settings
            && settings.FindsFiles(errors)
        )
        {
            settings.Live.Current.State.TakeOver = takeover;
            // In a test the process is not the agent's.
            var isAgent = Assembly.GetEntryAssembly() == typeof(AgentVerb).Assembly;
            if (AgentPrivileges.Enter(settings.Live.Current, isAgent) is var (problem, advice))
            {
                Console.Error.WriteLine($"netmon: {problem}");
                Console.Error.WriteLine(advice);
                return ExitCode.NotPermitted;
            }

            // SIGHUP reads the settings anew, from when they are followed on; until then it must not end the agent.
            using var hangup = PosixSignalRegistration.Create(
                PosixSignal.SIGHUP,
                context => context.Cancel = true
            );
            using var stop = new AgentStop();
            using var interrupt = Listen(PosixSignal.SIGINT, stop, StopReason.Interrupted);
            using var terminate = Listen(PosixSignal.SIGTERM, stop, StopReason.Terminated);
            return await AgentHost.RunAsync(settings, stop);
        }

        foreach (var error in errors)
        {
            Console.Error.WriteLine(error);
        }

        return ExitCode.Usage;
    }

    private static PosixSignalRegistration Listen(PosixSignal signal, AgentStop stop, StopReason reason) =>
        PosixSignalRegistration.Create(
            signal,
            context =>
            {
                context.Cancel = true;
                stop.Request(reason);
            }
        );
}
