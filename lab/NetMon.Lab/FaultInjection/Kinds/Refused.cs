using NetMon.Lab.FaultInjection.Asking;

namespace NetMon.Lab.FaultInjection.Kinds;

internal sealed class Refused : Fault
{
    public override string Name => "refused";
    public override string Injected => "nobody listens";
    public override Expectation Expected { get; } = new("cause refused", "drops NO_SOCKET");

    public override Truth Inject(FaultSite site) => site.ConnectFails(site.ServerAddress, "ECONNREFUSED");
}
