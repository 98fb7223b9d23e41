using System.Net;
using System.Text;
using NetMon.Bpf.Records;
using NetMon.Bpf.Sockets;

namespace NetMon.Bpf.Tests.Sockets;

/// <summary>An event, in words.</summary>
internal sealed record SeenSocket(
    SocketKind Kind,
    byte Protocol,
    IPEndPoint Local,
    IPEndPoint Remote,
    int Pid,
    string Command,
    ulong Cgroup,
    ulong Netns,
    SocketEvent Event
);

/// <summary>The socket programs in the kernel, with what they told.</summary>
internal sealed class SocketEvents : IDisposable, IRecordHandler<SocketEvent>
{
    private readonly List<SeenSocket> _events = [];

    public SocketEvents(int ringBytes = 64 * 1024 * 1024)
    {
        Privileges.Require();
        Program = SocketProgram.Load(new() { Loopback = true, RingBytes = ringBytes });
    }

    public SocketProgram Program { get; }

    /// <summary>What came by the ring since the call before.</summary>
    public List<SeenSocket> Take()
    {
        _events.Clear();
        var self = this;
        Program.Ring.Consume(ref self, int.MaxValue);
        return [.. _events];
    }

    /// <summary>
    /// What comes by the ring until it is enough, at most for a minute: a socket that was closed here is over only when a process that is just
    /// being forked from this one, and has it too, runs another program.
    /// </summary>
    public List<SeenSocket> TakeUntil(Func<List<SeenSocket>, bool> isEnough)
    {
        var seen = new List<SeenSocket>();
        SpinWait.SpinUntil(
            () =>
            {
                seen.AddRange(Take());
                return isEnough(seen);
            },
            TimeSpan.FromMinutes(1)
        );
        return seen;
    }

    /// <summary>All sockets that exist.</summary>
    public List<SeenSocket> Walk()
    {
        var events = new SocketEvent[64];
        var seen = new List<SeenSocket>();
        using var walk = Program.OpenWalk();
        int count;
        while ((count = walk.Read(events)) > 0)
        {
            seen.AddRange(events[..count].Select(one => Read(in one)));
        }

        return seen;
    }

    public void OnRecord(in SocketEvent record, ulong position) => _events.Add(Read(in record));

    public void Dispose() => Program.Dispose();

    private static SeenSocket Read(in SocketEvent one)
    {
        ReadOnlySpan<byte> command = one.Owner.Command;
        var end = command.IndexOf((byte)0);
        return new(
            one.Kind,
            one.Key.Protocol,
            End(in one, one.LocalEnd),
            End(in one, 1 - one.LocalEnd),
            (int)one.Owner.Pid,
            Encoding.UTF8.GetString(end < 0 ? command : command[..end]),
            one.Owner.Cgroup,
            one.Owner.Netns,
            one
        );
    }

    private static IPEndPoint End(in SocketEvent one, int end)
    {
        var address = new IPAddress((ReadOnlySpan<byte>)one.Key.Address[end]);
        return new(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address, one.Key.Port[end]);
    }
}
