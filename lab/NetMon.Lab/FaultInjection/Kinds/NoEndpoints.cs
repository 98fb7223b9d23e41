using System.Net;
using NetMon.Lab.FaultInjection.Asking;
using NetMon.Lab.Services;

namespace NetMon.Lab.FaultInjection.Kinds;

internal sealed class NoEndpoints : Fault
{
    public override string Name => "no-endpoints";
    public override string Injected => "a service without a ready pod";
    public override Expectation Expected { get; } = new("cause no-endpoints", "drops NETFILTER_DROP");

    public override Truth Inject(FaultSite site)
    {
        var service = site.Cluster.ApplyServices(
            new LabService(Name, "payment") { Ports = [new LabServicePort("http", 80, FaultSite.Port)] }
        )[0];

        // The agents hear of it from the API server.
        Thread.Sleep(TimeSpan.FromSeconds(1));
        return site.ConnectFails(new IPEndPoint(service.ClusterIp(v6: false), 80), "ECONNREFUSED");
    }
}
