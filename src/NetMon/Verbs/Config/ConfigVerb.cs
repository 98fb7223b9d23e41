using System.CommandLine;
using NetMon.Terminal;

namespace NetMon.Verbs.Config;

/// <summary><c>netmon config</c>: what an agent's settings are, where they come from, and what they could be.</summary>
internal static class ConfigVerb
{
    public static Command Create(Func<TerminalOutput>? output = null) =>
        new("config", "show, change and check an agent's settings")
        {
            ConfigShowVerb.Create(output),
            ConfigGetVerb.Create(output),
            ConfigSetVerb.CreateSet(output),
            ConfigSetVerb.CreateUnset(output),
            ConfigValidateVerb.Create(output),
            ConfigSchemaVerb.Create(output),
        };
}
