using Microsoft.Extensions.Logging;
using NetMon.Agent.Logging;
using NetMon.Bpf;
using NetMon.Bpf.Netlink;

namespace NetMon.Agent.Flows;

/// <summary>Keeps the initiator rules informed of the ports that sockets of this host listen on.</summary>
/// <param name="read">Asks the kernel, or throws a <see cref="BpfException"/>.</param>
internal sealed class ListeningPortsWatch(
    InitiatorRules rules,
    Func<ListeningPorts> read,
    TimeProvider time,
    ILogger logger
)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    private bool _told;

    /// <summary>Looks at once and every 30 s until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                Look();
                await Task.Delay(Interval, time, cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested) { }
    }

    /// <summary>With a socket of its own each time: one that failed may hold an answer that came too late.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public static ListeningPorts Read()
    {
        using var sockets = new ListeningSockets();
        return sockets.Read();
    }

    private void Look()
    {
        try
        {
            rules.Listening = read();
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
