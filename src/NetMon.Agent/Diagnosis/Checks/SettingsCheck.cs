using NetMon.Agent.Settings;
using NetMon.Core.Diagnosis;

namespace NetMon.Agent.Diagnosis.Checks;

/// <summary>Where settings come from, and whether their file was right when it was last read.</summary>
internal sealed class SettingsCheck(IAgentSettings settings) : InstantCheck("configuration")
{
    protected override IEnumerable<Finding> Run()
    {
        var reloads = settings.Reloads;
        foreach (var error in reloads.Errors)
        {
            yield return Warn(
                $"refused at {reloads.Time:u}, and the settings of before hold: {error}",
                "correct the file; it is read again when it changes, and upon SIGHUP"
            );
        }

        foreach (var warning in settings.Warnings)
        {
            yield return Warn(warning, "correct the setting (docs/configuration.md)");
        }

        if (reloads.LastSucceeded)
        {
            var changed = settings.List().Count(setting => setting.Source != "default");
            yield return Pass(
                $"{settings.File ?? "no file"}; {changed} settings are not at their defaults; read anew {reloads.Accepted} times"
            );
        }
    }
}
