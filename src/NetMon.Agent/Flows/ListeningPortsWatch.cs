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

    private bool _told;

    /// <summary>Looks at once and every 30 s until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            using var timer = new PeriodicTimer(Interval, time);
            do
            {
                Look();
            } while (await timer.WaitForNextTickAsync(cancellation));
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested) { }
    }

    // With a socket of its own each time: one that failed may hold an answer that came too late.
    private void Look()
    {
        try
        {
            using var sockets = new ListeningSockets();
            rules.Listening = sockets.Read();
            _told = false;
        }
        catch (BpfException error)
        {
            // The rules go on with what they have.
            if (!_told)
            {
                AgentLog.ListeningPortsFailed(logger, error.Message);
            }

            _told = true;
        }
    }
}
