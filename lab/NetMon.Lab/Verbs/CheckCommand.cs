using NetMon.Lab.Checking;
using NetMon.Lab.Cluster;
using NetMon.Lab.Network;
using NetMon.Lab.Proxy;

namespace NetMon.Lab.Verbs;

/// <summary><c>netmon-lab check</c>: known traffic, compared with what Prometheus says of it.</summary>
internal static class CheckCommand
{
    /// <summary>The matrix needs three.</summary>
    private const int LeastNodes = 3;

    /// <returns>Exit code: 0 if nothing differs.</returns>
    public static async Task<int> RunAsync(LabArguments arguments)
    {
        var (pairs, differing) = (0, 0);
        foreach (var mode in arguments.Modes.Count > 0 ? arguments.Modes : NetworkModes.All)
        {
            var options = new LabOptions
            {
                Mode = mode,
                // Unless told: each of the two is in it.
                Proxy =
                    arguments.Proxy ?? (mode == NetworkMode.Calico ? ProxyMode.Iptables : ProxyMode.Nftables),
                Nodes = Math.Max(arguments.Nodes, LeastNodes),
            };
            Console.WriteLine(
                $"{mode.Word()}, services by {options.Proxy.ToString().ToLowerInvariant()}, {options.Nodes} nodes"
            );
            var result = await MatrixCheck.RunAsync(options);
            Console.WriteLine(result);
            pairs += result.Pairs.Count;
            differing += result.Differing.Count;
        }

        Console.WriteLine($"pairs {pairs}, differing {differing}");
        return differing == 0 && pairs > 0 ? 0 : 1;
    }
}
