using NetMon.Agent.Status;
using NetMon.Core.Diagnosis;
using NetMon.Core.Metrics;

namespace NetMon.Agent.Diagnosis.Checks;

/// <summary>What did not get where it belongs, since the agent's start.</summary>
internal sealed class LossCheck(MetricRegistry registry) : InstantCheck("losses")
{
    protected override IEnumerable<Finding> Run()
    {
        var none = true;
        foreach (var (metric, what) in LossTable.All)
        {
            var lost = registry.Read(metric.Name).Sum(sample => sample.Value);
            if (lost > 0)
            {
                none = false;
                yield return Warn(
                    $"{lost:0} {what}",
                    $"{metric.Name} in docs/metrics.md says which limit to raise"
                );
            }
        }

        if (none)
        {
            yield return Pass("none: every packet is in a flow or in a named counter");
        }
    }
}
