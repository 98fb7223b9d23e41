using Microsoft.Extensions.Logging;
using NetMon.Agent.Options;
using NetMon.Bpf;
using NetMon.Bpf.Pinning;
using NetMon.Bpf.Records;
using NetMon.Bpf.Sockets;

namespace NetMon.Agent.Sockets;

/// <summary>Sockets as a whole: loads what the kernel allows, and says what is missing.</summary>
internal sealed class SocketFeature : IDisposable
{
    public const string Name = "sockets";
    public const string UdpName = "udp-sockets";

    /// <summary>Walks after which a process has lost a socket that it was not seen with.</summary>
    private const double StaleWalks = 2.5;
    private const int FirstWalkRoom = 1024;

    private readonly SocketProgram _program;
    private readonly KernelCgroups _cgroups;
    private readonly SocketWalker _walker;

    private SocketFeature(
        SocketProgram program,
        KernelCgroups cgroups,
        SocketWalker walker,
        SocketSource source
    )
    {
        _program = program;
        _cgroups = cgroups;
        _walker = walker;
        Source = source;
    }

    /// <summary>For the capture loop.</summary>
    public SocketSource Source { get; }

    /// <summary>Loads the programs, or says why not. Takes some 30 ms.</summary>
    /// <param name="agent">Whose features say how it stands.</param>
    /// <param name="options">Its settings.</param>
    /// <param name="pins">Where the programs outlive the agent; null: nowhere.</param>
    /// <returns>Null if sockets are switched off, or the kernel refuses; the features say which.</returns>
    public static SocketProgram? Load(RunningAgent agent, SocketOptions options, PinDirectory? pins)
    {
        if (!options.Enabled)
        {
            SocketProgram.Remove(pins);
            agent.Features.Off(Name);
            agent.Features.Off(UdpName);
            return null;
        }

        try
        {
            return SocketProgram.Load(
                new()
                {
                    RingBytes = options.RingBytes,
                    StaleAfter = options.WalkInterval * StaleWalks,
                    CgroupRoot = options.CgroupRoot.Length > 0 ? options.CgroupRoot : null,
                },
                pins
            );
        }
        catch (BpfException error)
        {
            var reason = $"{error.Message.Split('\n')[0]}: processes and containers are not known";
            agent.Features.Degraded(Name, reason);
            agent.Features.Degraded(UdpName, reason);
            return null;
        }
    }

    /// <summary>Starts it, with all sockets that exist.</summary>
    /// <param name="program">What <see cref="Load"/> gave; disposed with the feature.</param>
    /// <param name="agent">What owners are given to.</param>
    /// <param name="owners">What is remembered.</param>
    /// <param name="counts">Its figures.</param>
    /// <param name="options">Its settings.</param>
    /// <param name="wake">Wakes the capture loop.</param>
    /// <param name="logger">Its log.</param>
    public static SocketFeature Start(
        SocketProgram program,
        RunningAgent agent,
        FlowOwners owners,
        SocketCounts counts,
        SocketOptions options,
        Action wake,
        ILogger<SocketWalker> logger
    )
    {
        var events = new KernelSocketEvents(program);
        var cgroups = new KernelCgroups();
        var walker = new SocketWalker(events, options.WalkInterval, counts, wake, logger);
        var source = new SocketSource(events, agent.Table, owners, new OwnerPool(cgroups, counts), walker);
        SocketMetrics.Register(
            agent.Registry,
            counts,
            Locked(program.ReadCounters),
            program.ReadMissed,
            () => program.Ring.BadRecords
        );
        source.WalkFirst(new SocketEvent[FirstWalkRoom]);
        walker.Start();
        Say(agent, program);
        return new SocketFeature(program, cgroups, walker, source);
    }

    public void Dispose()
    {
        _walker.Dispose();
        _cgroups.Dispose();
        _program.Dispose();
    }

    private static void Say(RunningAgent agent, SocketProgram program)
    {
        if (program.ConnectMissing.Length > 0)
        {
            agent.Features.Degraded(
                Name,
                $"{program.ConnectMissing}: the process of a connection is known when it is established or given up, not before"
            );
        }
        else if (!IsOfHost())
        {
            agent.Features.Degraded(
                Name,
                "not in the host's pid namespace (hostPID): sockets of others that were there before, and the figures of connections that last, are not known"
            );
        }
        else
        {
            agent.Features.On(Name);
        }

        if (program.UdpMissing.Length > 0)
        {
            agent.Features.Degraded(
                UdpName,
                $"{program.UdpMissing}: UDP sockets are found by walks only, not those that live for less"
            );
        }
        else
        {
            agent.Features.On(UdpName);
        }
    }

    // PROC_PID_INIT_INO of include/linux/proc_ns.h: a walk passes the processes of its reader's pid namespace.
    private static bool IsOfHost() =>
        string.Equals(
            new FileInfo("/proc/self/ns/pid").LinkTarget,
            "pid:[4026531836]",
            StringComparison.Ordinal
        );

    private static Func<SocketCounters> Locked(Func<SocketCounters> read)
    {
        var gate = new Lock();
        return () =>
        {
            lock (gate)
            {
                return read();
            }
        };
    }
}
