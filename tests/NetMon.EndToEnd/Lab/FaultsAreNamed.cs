using NetMon.Lab.Cluster;
using NetMon.Lab.FaultInjection;
using NetMon.Testing.Lab;

namespace NetMon.EndToEnd.Lab;

/// <summary>
/// Faults of every kind, side by side, each between two workloads of its own. What NetMon says of each pair, asked the same of all, is what errno,
/// nftables' counters, nstat, tc or nmap know of it, and nothing more; of the pair that is well it says nothing.
/// </summary>
public sealed class FaultsAreNamed
{
    [SkippableFact]
    public async Task Of_every_fault_NetMon_says_what_it_was_and_nothing_else()
    {
        LabRequirements.SkipIfMissing("nft", "conntrack", "curl", "hping3", "nmap", "nstat", "tc");

        var result = await FaultRun.RunAsync(new LabOptions());

        Assert.True(result.Differing.Count == 0, result.ToString());
    }
}
