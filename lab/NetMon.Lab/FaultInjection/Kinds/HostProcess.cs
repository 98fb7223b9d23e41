using NetMon.Lab.FaultInjection.Asking;

namespace NetMon.Lab.FaultInjection.Kinds;

/// <summary>A pod on its node's network has the node's address: only the process tells who it was.</summary>
internal sealed class HostProcess : Fault
{
    private const int Tries = 5;
    private const int NotConnected = 7;

    public override string Name => "host-process";
    public override string Injected => "curl in a pod on its node's network, to a port that nobody has";
    public override Expectation Expected { get; } =
        new("by curl of host-process/client", "cause refused", "drops NO_SOCKET");
    public override bool ClientOnHost => true;
    public override string Command => "flows --failed --process curl -o wide";

    public override Truth Inject(FaultSite site)
    {
        for (var i = 0; i < Tries; i++)
        {
            using var curl = site.Client.Start("curl", "-sS", $"http://{site.ServerAddress}/");
            curl.WaitForExit(success: false);
            if (curl.ExitCode != NotConnected)
            {
                throw site.Differs($"curl: {NotConnected}", $"{curl.ExitCode} {curl.Errors}");
            }
        }

        return new Truth($"curl: exit code {NotConnected}");
    }
}
