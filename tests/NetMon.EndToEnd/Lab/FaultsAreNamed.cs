using NetMon.Lab.Cluster;
using NetMon.Lab.FaultInjection;
using NetMon.Lab.FaultInjection.Asking;
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
        Assert.True(result.Faults.Count >= 28, result.ToString());
    }

    [Theory]
    [InlineData("", false)] // nothing said
    [InlineData("cause timeout", false)] // something else
    [InlineData("cause refused", true)]
    [InlineData("cause refused, drops NO_SOCKET", true)] // what may be said besides
    [InlineData("cause refused, event syn-flood", false)] // a false alarm
    public void A_fault_is_named_by_what_is_expected_and_nothing_else(string said, bool named)
    {
        var findings = said.Split(", ", StringSplitOptions.RemoveEmptyEntries)
            .Select(word => new Finding(word))
            .ToArray();

        var expected = new Expectation("cause refused") { Possible = ["drops NO_SOCKET"] };

        Assert.Equal(named, expected.Matches(findings, count: null));
    }

    [Fact]
    public void Of_workloads_that_are_well_nothing_may_be_said()
    {
        Assert.True(new Expectation().Matches([], count: null));
        Assert.False(new Expectation().Matches([new Finding("loss")], count: null));
    }

    [Fact]
    public void What_others_counted_NetMon_counts_too()
    {
        var expected = new Expectation("drops NETFILTER_DROP");

        Assert.True(expected.Matches([new Finding("drops NETFILTER_DROP", Count: 6)], count: 6));
        Assert.False(expected.Matches([new Finding("drops NETFILTER_DROP", Count: 5)], count: 6));
    }
}
