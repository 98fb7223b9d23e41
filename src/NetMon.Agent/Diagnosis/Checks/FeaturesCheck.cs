using NetMon.Agent.Features;
using NetMon.Core.Diagnosis;

namespace NetMon.Agent.Diagnosis.Checks;

/// <summary>The parts that the agent can do without.</summary>
internal sealed class FeaturesCheck(FeatureSet features) : InstantCheck("features")
{
    protected override IEnumerable<Finding> Run()
    {
        var all = features.All.ToArray();
        foreach (var feature in all.Where(one => one.Status == FeatureStatus.Degraded))
        {
            yield return Warn(
                $"{feature.Name} is degraded: {feature.Reason}",
                "give what is missing, or switch the feature off (docs/configuration.md)"
            );
        }

        yield return Pass(
            $"on: {Names(all, FeatureStatus.On)}; switched off: {Names(all, FeatureStatus.Off)}"
        );
    }

    private static string Names(Feature[] all, FeatureStatus status)
    {
        var names = all.Where(one => one.Status == status).Select(one => one.Name).ToArray();
        return names.Length == 0 ? "none" : string.Join(", ", names);
    }
}
