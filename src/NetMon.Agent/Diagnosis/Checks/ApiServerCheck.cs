using NetMon.Core.Diagnosis;
using NetMon.Kubernetes.Client;

namespace NetMon.Agent.Diagnosis.Checks;

/// <summary>Whether the API server answers, how its clock goes, and what it allows.</summary>
/// <param name="configuration">How to reach it; null: the agent is without a cluster.</param>
/// <param name="time">Our clock.</param>
internal sealed class ApiServerCheck(ClusterConfiguration? configuration, TimeProvider time)
    : AgentCheck("API server")
{
    private static readonly TimeSpan LargestOffset = TimeSpan.FromSeconds(5);

    public override async ValueTask<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellation)
    {
        if (configuration is null)
        {
            return [Pass("without a cluster (kubernetes.mode, KUBECONFIG): addresses have no names")];
        }

        using var probe = new AccessProbe(configuration, time);
        try
        {
            var answer = await probe.AskVersionAsync(cancellation);
            return
            [
                Pass(
                    $"{configuration.Server} {answer.Version} answers in {answer.Latency.TotalMilliseconds:0} ms"
                ),
                .. CheckClock(answer),
                await CheckRightsAsync(probe, cancellation),
            ];
        }
        catch (AccessException error)
        {
            return [Fail($"{configuration.Server} ({configuration.Source}): {error.Message}", error.Advice)];
        }
    }

    private static IEnumerable<Finding> CheckClock(ServerAnswer answer)
    {
        const string ClockName = "clock of the API server";
        if (answer.ClockOffset is { } offset)
        {
            var text =
                $"{Math.Abs(offset.TotalSeconds):0.0} s {(offset < TimeSpan.Zero ? "behind" : "ahead of")} ours";

            // It may have told the time at any moment between our request and its answer.
            yield return offset.Duration() - (answer.Latency / 2) > LargestOffset
                ? Finding.Warn(
                    ClockName,
                    $"{text}: who had an address when may be told wrongly",
                    "run chrony, ntpd or systemd-timesyncd on both machines"
                )
                : Finding.Pass(ClockName, text);
        }
    }

    private static async Task<Finding> CheckRightsAsync(AccessProbe probe, CancellationToken cancellation)
    {
        const string RightsName = "rights in the cluster";
        var asked = AccessProbe
            .Rights.Select(async right => (right, May: await probe.MayAsync(right, cancellation)))
            .ToArray();
        var refused = new List<ClusterRight>();
        foreach (var (right, may) in await Task.WhenAll(asked))
        {
            if (!may)
            {
                refused.Add(right);
            }
        }

        return refused.Count == 0
            ? Finding.Pass(RightsName, $"all {AccessProbe.Rights.Count} that are needed")
            : Finding.Fail(
                RightsName,
                $"refused: {string.Join(", ", refused)}",
                "bind the ClusterRole netmon-agent to the agent's service account (deploy/manifests/cluster-role.yaml)"
            );
    }
}
