using NetMon.Agent.Flows;
using NetMon.Bpf.Records;
using NetMon.Core.Flows;

namespace NetMon.Agent.Tests.Flows;

public sealed class ObservationPointTests
{
    [Theory]
    [InlineData(false, false, FlowDirection.Ingress)]
    [InlineData(true, false, FlowDirection.Egress)]
    [InlineData(false, true, FlowDirection.Egress)]
    [InlineData(true, true, FlowDirection.Ingress)]
    public void Direction_is_the_local_ends_view_at_an_uplink_and_the_reverse_at_a_pods_interface(
        bool leaves,
        bool pod,
        FlowDirection expected
    )
    {
        var observer =
            3u | (leaves ? FlowStateRecord.ObserverEgress : 0) | (pod ? FlowStateRecord.ObserverPod : 0);

        Assert.Equal(expected, ObservationPoint.Direction(observer, 0));
        Assert.NotEqual(expected, ObservationPoint.Direction(0, observer));
        Assert.Equal(pod && !leaves ? 3 : 0, ObservationPoint.PodOfSender(observer));
        Assert.Equal(pod && leaves ? 3 : 0, ObservationPoint.PodOfReceiver(observer));
    }
}
