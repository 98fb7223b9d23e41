using System.Net;
using NetMon.Lab.FaultInjection.Asking;
using NetMon.Lab.Machines;
using NetMon.Lab.Services;

namespace NetMon.Lab.FaultInjection.Kinds;

internal sealed class NoEndpoints : Fault
{
    private static readonly string[] Resources = ["services", "endpointslices"];

    public override string Name => "no-endpoints";
    public override string Injected => "a service without a ready pod";
    public override Expectation Expected { get; } = new("cause no-endpoints", "drops NETFILTER_DROP");

    public override Truth Inject(FaultSite site)
    {
        var service = site.Cluster.ApplyServices(
            new LabService(Name, "payment") { Ports = [new LabServicePort("http", 80, FaultSite.Port)] }
        )[0];

        // The agents hear of it from the API server.
        Wait.Until(
            () => Resources.All(resource => Known(site, resource) >= site.Cluster.Api.Count(resource)),
            "the client's agent to know the service"
        );
        return site.ConnectFails(new IPEndPoint(service.ClusterIp(v6: false), 80), "ECONNREFUSED");
    }

    private static double Known(FaultSite site, string resource) =>
        site
            .Cluster.Agents[site.Client.Node]
            .ReadMetrics()
            .Sum("netmon_kubernetes_objects", ("resource", resource));
}
