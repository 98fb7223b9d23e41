using System.Net;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using NetMon.Agent.Flows;
using NetMon.Agent.Interfaces;
using NetMon.Agent.Sockets;
using NetMon.Agent.Tests.Records;
using NetMon.Bpf.Records;
using NetMon.Core.Flows;

namespace NetMon.Agent.Tests.Sockets;

/// <summary>Tells of sockets what a test says, in the kernel's place.</summary>
internal sealed class ScriptedSockets : ISocketEvents, ICgroupLookup, IDisposable
{
    /// <summary>The network namespace of the agent, and of a pod.</summary>
    public const ulong Own = 1;
    public const ulong Pod = 77;

    private readonly Queue<SocketEvent> _events = [];
    private SocketWalker? _walker;

    public ScriptedSockets(LocalAddresses addresses, int maxSockets = 1000)
    {
        Counts = new SocketCounts();
        Owners = new FlowOwners(addresses, Own, maxSockets, Counts);
    }

    public SocketCounts Counts { get; }

    public FlowOwners Owners { get; }

    public Dictionary<ulong, string> Cgroups { get; } = [];

    public SocketSource Connect(FlowTable table)
    {
        _walker = new SocketWalker(
            this,
            TimeSpan.FromHours(1),
            Counts,
            () => { },
            NullLogger<SocketWalker>.Instance
        );
        return new SocketSource(this, table, Owners, new OwnerPool(this, Counts), _walker);
    }

    public void Tell(in SocketEvent one) => _events.Enqueue(one);

    public int Consume(SocketSink sink, int max)
    {
        var count = 0;
        for (; count < max && _events.TryDequeue(out var one); count++)
        {
            sink.OnRecord(in one, 0);
        }

        return count;
    }

    public bool HasMuch => false;

    public ISocketWalk OpenWalk() => throw new NotSupportedException();

    public CgroupName? Find(ulong id, bool isVersion1, int pid) =>
        Cgroups.TryGetValue(id, out var path) ? CgroupName.Of(path) : null;

    public void Dispose() => _walker?.Dispose();

    /// <param name="kind">What happened.</param>
    /// <param name="local">The socket's own end; with address 0.0.0.0 it is bound to any.</param>
    /// <param name="remote">Its peer; null if it waits for others.</param>
    /// <param name="pid">Of its owner.</param>
    /// <param name="command">Of its owner.</param>
    public static SocketEvent Event(
        SocketKind kind,
        string local,
        string? remote,
        uint pid,
        string command,
        ulong cgroup = 5,
        ulong cookie = 100,
        ulong netns = Own,
        byte protocol = IpProtocol.Tcp,
        string? home = null,
        ulong? timeNs = null
    )
    {
        var flow = new TestFlow(local, remote ?? "[::]:0", protocol);
        var one = new SocketEvent
        {
            Key = flow.Key,
            Kind = kind,
            LocalEnd = (byte)flow.Initiator,
            Cookie = cookie,
            TimeNs = timeNs ?? (ulong)System.Diagnostics.Stopwatch.GetTimestamp(),
        };
        one.Owner.Pid = pid;
        one.Owner.Cgroup = cgroup;
        one.Owner.Netns = netns;
        Encoding.UTF8.GetBytes(command).CopyTo(one.Owner.Command);
        if (home is not null)
        {
            NetworkAddress
                .From(IPAddress.Parse(home))
                .CopyTo(System.Runtime.InteropServices.MemoryMarshal.AsBytes((Span<ulong>)one.Home));
        }

        return one;
    }
}
