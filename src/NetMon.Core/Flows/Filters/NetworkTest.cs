using NetMon.Core.Endpoints;
using NetMon.Core.Networks;

namespace NetMon.Core.Flows.Filters;

/// <summary>In a network; a destination also by the address that was asked for.</summary>
internal sealed class NetworkTest(Cidr network) : EndTest
{
    public override bool Matches(in Flow flow, bool isSource) =>
        isSource
            ? network.Contains(flow.Source.Address)
            : network.Contains(flow.Destination.Address)
                || (flow.Attribution.IsTranslated() && network.Contains(flow.Attribution.Asked));
}
