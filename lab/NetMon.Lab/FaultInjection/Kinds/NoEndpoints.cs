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
        var service = site.AddService(
            new LabService(Name, "payment") { Ports = [new LabServicePort("http", 80, FaultSite.Port)] }
        );
        return site.ConnectFails(new IPEndPoint(service.ClusterIp(v6: false), 80), "ECONNREFUSED");
    }
}
