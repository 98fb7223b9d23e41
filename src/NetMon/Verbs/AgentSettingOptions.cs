using System.CommandLine;
using NetMon.Agent.Options;
using NetMon.Configuration;
using NetMon.Terminal;

namespace NetMon.Verbs;

/// <summary>The agent's settings as options of a verb that goes by what the agent would do: <c>--config</c> and every flag.</summary>
internal sealed class AgentSettingOptions
{
    private readonly Option<string?> _config = new("--config")
    {
        Description = "the agent's settings in YAML (docs/configuration.md); flags are stronger",
        HelpName = "file",
    };

    private readonly SettingFlags _flags = new();

    public void AddTo(Command command)
    {
        command.Options.Add(_config);
        _flags.AddTo(command);
    }

    /// <returns>Null if something is wrong; it is on standard error.</returns>
    public AgentOptions? Read(ParseResult arguments, TerminalOutput output)
    {
        var errors = new List<ConfigurationError>();
        var options = AgentConfiguration
            .OfProcess(arguments.GetValue(_config), _flags.Read(arguments))
            .Load(errors);
        foreach (var error in errors)
        {
            output.Errors.WriteLine(error);
        }

        return options;
    }
}
