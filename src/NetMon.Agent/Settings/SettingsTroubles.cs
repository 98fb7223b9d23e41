using NetMon.Core.Metrics;

namespace NetMon.Agent.Settings;

/// <summary>What of the settings does not hold, for metrics and health.</summary>
internal static class SettingsTroubles
{
    /// <summary>Why the agent does not run as its settings say; empty: it does.</summary>
    public static IEnumerable<string> Of(IAgentSettings settings)
    {
        if (settings.Reloads is { LastSucceeded: false } failed)
        {
            yield return $"the settings of {settings.File} were refused, those before hold: {failed.Errors[0]}"
                + (failed.Errors.Count > 1 ? $" (and {failed.Errors.Count - 1} more)" : "");
        }

        var pending = settings.List().Where(setting => setting.Pending is not null).ToArray();
        if (pending.Length > 0)
        {
            yield return "the agent has to be restarted for "
                + string.Join(", ", pending.Select(setting => setting.Key));
        }
    }

    public static void Register(MetricRegistry registry, IAgentSettings settings)
    {
        registry.Observe(
            Instruments.ConfigReloads,
            (ref MetricSamples samples) =>
            {
                var reloads = settings.Reloads;
                samples.Add(reloads.Accepted, "accepted");
                samples.Add(reloads.Refused, "refused");
            }
        );
        registry.Observe(
            Instruments.ConfigLastReloadSuccessful,
            () => settings.Reloads.LastSucceeded ? 1L : 0L
        );
        registry.Observe(
            Instruments.ConfigRestartPending,
            () => (long)settings.List().Count(setting => setting.Pending is not null)
        );
    }
}
