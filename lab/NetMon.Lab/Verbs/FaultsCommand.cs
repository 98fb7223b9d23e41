using System.Diagnostics;
using NetMon.Lab.Cluster;
using NetMon.Lab.FaultInjection;
using NetMon.Lab.Network;
using NetMon.Lab.Proxy;

namespace NetMon.Lab.Verbs;

/// <summary><c>netmon-lab faults</c>: faults beside what NetMon says of each.</summary>
internal static class FaultsCommand
{
    /// <summary>Client and server are on different ones.</summary>
    private const int LeastNodes = 2;

    /// <returns>Exit code: 0 if it says of each what it should.</returns>
    public static async Task<int> RunAsync(LabArguments arguments)
    {
        var options = new LabOptions
        {
            Mode = arguments.Modes.Count > 0 ? arguments.Modes[0] : NetworkMode.Flannel,
            Proxy = arguments.Proxy ?? ProxyMode.Nftables,
            Nodes = Math.Max(arguments.Nodes, LeastNodes),
        };
        var watch = Stopwatch.StartNew();
        var result = await FaultRun.RunAsync(options, arguments.Only);
        Console.WriteLine(result);
        Console.WriteLine(
            $"faults {result.Faults.Count}, not named {result.Differing.Count}, {watch.Elapsed.TotalSeconds:F0} s"
        );
        return result.Differing.Count == 0 ? 0 : 1;
    }
}
