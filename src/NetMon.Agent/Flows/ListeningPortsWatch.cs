using Microsoft.Extensions.Logging;
using NetMon.Agent.Logging;
using NetMon.Bpf;
using NetMon.Bpf.Netlink;

namespace NetMon.Agent.Flows;

/// <summary>Keeps the initiator rules informed of the ports that sockets of this host listen on.</summary>
internal sealed class ListeningPortsWatch(
    InitiatorRules rules,
    TimeProvider time,
    ILogger<ListeningPortsWatch> logger
)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    /// <summary>Looks at once and every 30 s until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            using var sockets = new ListeningSockets();
            using var timer = new PeriodicTimer(Interval, time);
            do
            {
                rules.Listening = sockets.Read();
            } while (await timer.WaitForNextTickAsync(cancellation));
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested) { }
        catch (BpfException error)
        {
            // The rules go on with what else they have.
            AgentLog.ListeningPortsFailed(logger, error.Message);
        }
    }
}
