using NetMon.Core.Drops;

namespace NetMon.Core.Tests.Drops;

public class FlowDropsTests
{
    private static readonly DropReason Loss = DropReason.Find("QDISC_DROP");
    private static readonly DropReason Policy = DropReason.Find("NETFILTER_DROP");

    [Fact]
    public void Sums_by_reason_and_way_the_most_first()
    {
        var drops = FlowDrops.Add(null, Loss, sent: true, 1, 100);
        drops = FlowDrops.Add(drops, Policy, sent: false, 3, 300);
        drops = FlowDrops.Add(drops, Loss, sent: false, 1, 50);

        Assert.Equal(
            [new("NETFILTER_DROP", 0, 0, 3, 300), new("QDISC_DROP", 1, 100, 1, 50)],
            drops.Reasons.AsEnumerable()
        );
    }

    [Fact]
    public void Only_what_a_rule_drops_of_the_source_is_by_policy()
    {
        var drops = FlowDrops.Add(null, Policy, sent: false, 1, 100);
        Assert.False(drops.ByPolicy);
        drops = FlowDrops.Add(drops, Policy, sent: true, 1, 100);
        Assert.True(drops.ByPolicy);
        Assert.True(FlowDrops.Add(drops, Loss, sent: true, 1, 100).ByPolicy);
    }

    [Fact]
    public void Beyond_the_limit_there_is_one_entry_for_the_rest_and_nothing_is_lost()
    {
        FlowDrops? drops = null;
        for (var i = 0; i < 20; i++)
        {
            drops = FlowDrops.Add(drops, DropReason.Find($"R{i}"), sent: true, 1, 10);
        }

        Assert.Equal(FlowDrops.MaxReasons + 1, drops!.Reasons.Length);
        Assert.Equal(new FlowDrop(FlowDrops.Other, 12, 120, 0, 0), drops.Reasons[^1]);
        Assert.Equal(20, drops.Reasons.Sum(reason => reason.SentPackets));
    }
}
