using System.Net;
using System.Text;
using NetMon.Bpf.Interop;
using NetMon.Bpf.Netlink;
using static NetMon.Bpf.Netlink.NetlinkProtocol;

namespace NetMon.Bpf.Attaching;

/// <summary>A filter at a hook.</summary>
/// <param name="Priority">Lower ones run first.</param>
/// <param name="Protocol">EtherType; ETH_P_ALL (3) for all.</param>
/// <param name="Chain">0, unless another filter jumps to it.</param>
/// <param name="Handle">0: the place of a priority, not a filter.</param>
/// <param name="Kind">bpf, flower, ...</param>
/// <param name="Name">Of a bpf filter; else empty.</param>
internal readonly record struct TrafficFilter(
    ushort Priority,
    ushort Protocol,
    uint Chain,
    uint Handle,
    string Kind,
    string Name
);

/// <summary>Asks the kernel's traffic control (linux/pkt_sched.h, pkt_cls.h) for qdiscs and filters, and changes them.</summary>
internal sealed class TrafficControl : IDisposable
{
    public const ushort EtherTypeAll = 3;
    public const string Clsact = "clsact";
    public const string Bpf = "bpf";

    /// <summary>Lists that interfaces came or went under are asked for again, so often.</summary>
    private const int MaxAttempts = 16;

    private const ushort RTM_NEWQDISC = 36;
    private const ushort RTM_DELQDISC = 37;
    private const ushort RTM_GETQDISC = 38;
    private const ushort RTM_NEWTFILTER = 44;
    private const ushort RTM_DELTFILTER = 45;
    private const ushort RTM_GETTFILTER = 46;
    private const ushort TCA_KIND = 1;
    private const ushort TCA_OPTIONS = 2;
    private const ushort TCA_BPF_FD = 6;
    private const ushort TCA_BPF_NAME = 7;
    private const ushort TCA_BPF_FLAGS = 8;
    private const ushort TCA_BPF_FLAGS_GEN = 9;
    private const uint TCA_BPF_FLAG_ACT_DIRECT = 1;
    private const uint TCA_CLS_FLAGS_SKIP_HW = 1;
    private const uint TC_H_CLSACT = 0xfffffff1;
    private const uint ClsactHandle = 0xffff0000;
    private const uint IngressParent = 0xfffffff2;
    private const uint EgressParent = 0xfffffff3;

    private readonly NetlinkSocket _socket = NetlinkSocket.Open(NETLINK_ROUTE);

    /// <summary>Interfaces that have a clsact qdisc, and perhaps some that have vanished meanwhile.</summary>
    /// <remarks>
    /// Where the kernel's list takes more than one read, it goes on by the number of interfaces that it has passed (net/sched/sch_api.c,
    /// tc_dump_qdisc), leaves one out for each of those that has gone meanwhile, and does not say so: it counts if the interfaces are the same
    /// before and after.
    /// </remarks>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public List<int> ListClsactInterfaces()
    {
        var lister = new LinkLister(_socket);
        var before = lister.ListIndexes();
        var collector = new QdiscCollector([]);
        Span<byte> buffer = stackalloc byte[NetlinkWriter.MaxBytes];
        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            var request = Begin(buffer, RTM_GETQDISC, NLM_F_DUMP, default);
            _socket.Dump(in request, ref collector, "list the qdiscs");
            var after = lister.ListIndexes();
            if (after.SetEquals(before))
            {
                break;
            }

            before = after;
        }

        return [.. collector.Interfaces.Distinct().Order()];
    }

    /// <returns>False, too, if there is no such interface any more.</returns>
    /// <exception cref="BpfException">The kernel refused.</exception>
    private bool HasClsact(int ifindex)
    {
        // The kernel answers as it tells of a change: whoever asks is told only with NLM_F_ECHO.
        var collector = new QdiscCollector([]);
        var request = Begin(
            stackalloc byte[NetlinkWriter.MaxBytes],
            RTM_GETQDISC,
            NLM_F_ACK | NLM_F_ECHO,
            new() { Index = ifindex, Parent = TC_H_CLSACT }
        );
        var error = _socket.Request(in request, ref collector, out var detail);
        return error is 0 or Errno.ENOENT or Errno.ENODEV
            ? collector.Interfaces.Contains(ifindex)
            : throw new BpfException($"look for a clsact qdisc at interface {ifindex}", error, detail);
    }

    /// <returns>Whether it was made; false if the interface has one.</returns>
    /// <exception cref="BpfException">The kernel refused; among others where an ingress qdisc is in the place.</exception>
    public bool CreateClsact(int ifindex)
    {
        var request = Begin(
            stackalloc byte[NetlinkWriter.MaxBytes],
            RTM_NEWQDISC,
            NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL,
            new()
            {
                Index = ifindex,
                Handle = ClsactHandle,
                Parent = TC_H_CLSACT,
            }
        );
        request.Text(TCA_KIND, Clsact);
        var error = Change(in request, out var detail);
        if (error == Errno.EEXIST && HasClsact(ifindex))
        {
            return false;
        }

        return error == 0
            ? true
            : throw new BpfException($"add a clsact qdisc to interface {ifindex}", error, detail);
    }

    /// <summary>Removes the clsact qdisc with all that is at it; one that is gone does not matter.</summary>
    public void DeleteClsact(int ifindex)
    {
        var request = Begin(
            stackalloc byte[NetlinkWriter.MaxBytes],
            RTM_DELQDISC,
            NLM_F_ACK,
            new()
            {
                Index = ifindex,
                Handle = ClsactHandle,
                Parent = TC_H_CLSACT,
            }
        );
        request.Text(TCA_KIND, Clsact);
        _ = Change(in request, out _);
    }

    /// <summary>What is at a hook, in the order in which it runs; nothing where there is no qdisc, or no interface any more.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public List<TrafficFilter> ListFilters(int ifindex, Hook hook)
    {
        var collector = new FilterCollector([]);
        var request = Begin(
            stackalloc byte[NetlinkWriter.MaxBytes],
            RTM_GETTFILTER,
            NLM_F_DUMP,
            new() { Index = ifindex, Parent = ParentOf(hook) }
        );
        _socket.Dump(in request, ref collector, "list the traffic control filters");
        return collector.Filters;
    }

    /// <summary>Adds a direct-action filter for all protocols; within a priority it runs before those that are there.</summary>
    /// <returns>0, or errno: EINVAL or ENOSPC where the priority belongs to filters of another kind or protocol.</returns>
    public int AddFilter(
        int ifindex,
        Hook hook,
        ushort priority,
        FileDescriptor program,
        string name,
        out string detail
    ) => SetFilter(ifindex, hook, new() { Priority = priority }, NLM_F_EXCL, program, name, out detail);

    /// <summary>Gives a direct-action filter another program and name, without a packet in between (cls_bpf_change: list_replace_rcu).</summary>
    /// <returns>0, or errno.</returns>
    public int ReplaceFilter(
        int ifindex,
        Hook hook,
        in TrafficFilter filter,
        FileDescriptor program,
        string name,
        out string detail
    ) => SetFilter(ifindex, hook, in filter, NLM_F_REPLACE, program, name, out detail);

    private int SetFilter(
        int ifindex,
        Hook hook,
        in TrafficFilter filter,
        ushort flags,
        FileDescriptor program,
        string name,
        out string detail
    )
    {
        var request = Begin(
            stackalloc byte[NetlinkWriter.MaxBytes],
            RTM_NEWTFILTER,
            (ushort)(NLM_F_ACK | NLM_F_CREATE | flags),
            new()
            {
                Index = ifindex,
                Handle = filter.Handle,
                Parent = ParentOf(hook),
                Info = InfoOf(filter.Priority, EtherTypeAll),
            }
        );
        var held = false;
        program.DangerousAddRef(ref held);
        try
        {
            request.Text(TCA_KIND, Bpf);
            var options = request.BeginNest(TCA_OPTIONS);
            request.Attribute(TCA_BPF_FD, (uint)program.DangerousGetHandle());
            request.Text(TCA_BPF_NAME, name);
            request.Attribute(TCA_BPF_FLAGS, TCA_BPF_FLAG_ACT_DIRECT);
            request.Attribute(TCA_BPF_FLAGS_GEN, TCA_CLS_FLAGS_SKIP_HW);
            request.EndNest(options);
            return Change(in request, out detail);
        }
        finally
        {
            program.DangerousRelease();
        }
    }

    /// <returns>0, or errno.</returns>
    public int DeleteFilter(int ifindex, Hook hook, in TrafficFilter filter, out string detail)
    {
        var request = Begin(
            stackalloc byte[NetlinkWriter.MaxBytes],
            RTM_DELTFILTER,
            NLM_F_ACK,
            new()
            {
                Index = ifindex,
                Handle = filter.Handle,
                Parent = ParentOf(hook),
                Info = InfoOf(filter.Priority, filter.Protocol),
            }
        );
        request.Text(TCA_KIND, filter.Kind);
        return Change(in request, out detail);
    }

    public void Dispose() => _socket.Dispose();

    private static uint ParentOf(Hook hook) => hook == Hook.Ingress ? IngressParent : EgressParent;

    /// <summary>Priority in the upper half, EtherType in network order in the lower.</summary>
    private static uint InfoOf(ushort priority, ushort protocol) =>
        ((uint)priority << 16) | (ushort)IPAddress.HostToNetworkOrder((short)protocol);

    private static NetlinkWriter Begin(
        Span<byte> buffer,
        ushort type,
        ushort flags,
        TrafficControlHeader header
    )
    {
        var request = new NetlinkWriter(buffer, type, flags);
        request.Append(in header);
        return request;
    }

    private int Change(in NetlinkWriter request, out string detail)
    {
        var nothing = default(Ignore);
        return _socket.Request(in request, ref nothing, out detail);
    }

    private readonly struct Ignore : INetlinkVisitor
    {
        public void OnMessage(in NetlinkMessage message) { }
    }

    private readonly struct QdiscCollector(List<int> interfaces) : INetlinkVisitor
    {
        public List<int> Interfaces => interfaces;

        public void OnMessage(in NetlinkMessage message)
        {
            if (
                message.Type == RTM_NEWQDISC
                && TrafficControlMessage.TryParse(message.Payload, out var qdisc)
                && qdisc.Header.Parent == TC_H_CLSACT
                && qdisc.Kind.SequenceEqual("clsact"u8)
            )
            {
                interfaces.Add(qdisc.Header.Index);
            }
        }
    }

    private readonly struct FilterCollector(List<TrafficFilter> filters) : INetlinkVisitor
    {
        public List<TrafficFilter> Filters => filters;

        public void OnMessage(in NetlinkMessage message)
        {
            if (
                message.Type == RTM_NEWTFILTER
                && TrafficControlMessage.TryParse(message.Payload, out var filter)
            )
            {
                var info = filter.Header.Info;
                filters.Add(
                    new TrafficFilter(
                        (ushort)(info >> 16),
                        (ushort)IPAddress.NetworkToHostOrder((short)info),
                        filter.Chain,
                        filter.Header.Handle,
                        Encoding.UTF8.GetString(filter.Kind),
                        Encoding.UTF8.GetString(filter.BpfName)
                    )
                );
            }
        }
    }
}
