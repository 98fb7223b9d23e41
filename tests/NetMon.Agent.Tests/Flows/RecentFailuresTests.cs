using NetMon.Agent.Flows;
using NetMon.Core.Flows;

namespace NetMon.Agent.Tests.Flows;

public sealed class RecentFailuresTests
{
    [Fact]
    public void The_latest_are_kept_and_what_did_not_fail_is_not()
    {
        var failures = new RecentFailures(capacity: 3, TimeSpan.FromMinutes(5));
        Assert.Empty(failures.Find(FlowFilter.All));
        for (var i = 1; i <= 5; i++)
        {
            failures.Add(new Flow { StartNs = (ulong)i, Cause = FlowCause.Timeout });
            failures.Add(new Flow { StartNs = 100, Cause = FlowCause.None });
        }

        Assert.Equal([3, 4, 5], failures.Find(FlowFilter.All).Select(flow => (int)flow.StartNs).Order());
    }

    [Fact]
    public void What_ended_too_long_ago_is_not_found()
    {
        var failures = new RecentFailures(capacity: 3, TimeSpan.Zero);
        failures.Add(new Flow { Cause = FlowCause.Refused });
        Assert.Empty(failures.Find(FlowFilter.All));
    }
}
