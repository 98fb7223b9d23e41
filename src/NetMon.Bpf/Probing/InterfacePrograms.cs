using System.Collections.Immutable;
using NetMon.Bpf.Attaching;
using NetMon.Bpf.Interop;
using NetMon.Bpf.Netlink;
using static NetMon.Bpf.Netlink.NetlinkProtocol;
using static NetMon.Bpf.Netlink.RouteProtocol;

namespace NetMon.Bpf.Probing;

/// <summary>A program at an interface.</summary>
/// <param name="Ifindex">The interface.</param>
/// <param name="Hook">xdp, tcx ingress, tcx egress, tc ingress or tc egress.</param>
/// <param name="Position">0 runs first at its hook.</param>
/// <param name="Name">Of the program or filter; "program 17" where the kernel does not tell.</param>
/// <param name="IsOurs">An agent attached it.</param>
public sealed record InterfaceProgram(int Ifindex, string Hook, int Position, string Name, bool IsOurs);

/// <summary>What is attached to the interfaces of the calling thread's network namespace, by whomever.</summary>
public static class InterfacePrograms
{
    private const string OurPrefix = "netmon_";
    private const int MaxAtHook = 64;
    private const ushort IFLA_XDP = 43;
    private const ushort IFLA_XDP_PROG_ID = 4;
    private const ushort NestedFlag = 0x8000;

    /// <summary>Interface by interface, in the order in which they run. Where the kernel does not tell of a hook, nothing is listed there.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public static IReadOnlyList<InterfaceProgram> List(IEnumerable<NetworkLink> links)
    {
        ArgumentNullException.ThrowIfNull(links);
        LibbpfLibrary.EnsureLoaded();
        var programs = new List<InterfaceProgram>();
        var express = ListXdp();
        using var control = new TrafficControl();
        foreach (var link in links.OrderBy(link => link.Index))
        {
            if (express.TryGetValue(link.Index, out var program))
            {
                programs.Add(new(link.Index, "xdp", 0, NameOf(program), IsOurs: false));
            }

            AddTcx(programs, link.Index, Hook.Ingress);
            AddFilters(programs, control, link.Index, Hook.Ingress);
            AddTcx(programs, link.Index, Hook.Egress);
            AddFilters(programs, control, link.Index, Hook.Egress);
        }

        return programs;
    }

    /// <summary>The interfaces of the calling thread's network namespace, by index.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public static ImmutableDictionary<int, NetworkLink> ListLinks()
    {
        using var socket = NetlinkSocket.Open(NETLINK_ROUTE);
        return new LinkLister(socket).List(out _).ToImmutableDictionary();
    }

    private static unsafe void AddTcx(List<InterfaceProgram> programs, int ifindex, Hook hook)
    {
        var ids = stackalloc uint[MaxAtHook];
        var query = new BpfQueryOptions
        {
            Size = (nuint)sizeof(BpfQueryOptions),
            Programs = ids,
            Count = MaxAtHook,
        };
        var side = hook == Hook.Ingress ? Libbpf.BPF_TCX_INGRESS : Libbpf.BPF_TCX_EGRESS;
        if (Libbpf.bpf_prog_query_opts(ifindex, side, &query) < 0)
        {
            return;
        }

        for (var i = 0; i < query.Count; i++)
        {
            var name = NameOf(ids[i]);
            programs.Add(new(ifindex, $"tcx {Word(hook)}", i, name, IsOur(name)));
        }
    }

    private static void AddFilters(
        List<InterfaceProgram> programs,
        TrafficControl control,
        int ifindex,
        Hook hook
    )
    {
        var position = 0;
        // A priority without a filter is its place only.
        foreach (var filter in control.ListFilters(ifindex, hook).Where(filter => filter.Handle != 0))
        {
            var name = filter.Name.Length > 0 ? filter.Name : filter.Kind;
            programs.Add(new(ifindex, $"tc {Word(hook)}", position++, name, IsOur(name)));
        }
    }

    private static Dictionary<int, uint> ListXdp()
    {
        using var socket = NetlinkSocket.Open(NETLINK_ROUTE);
        var request = new NetlinkWriter(stackalloc byte[NetlinkWriter.MaxBytes], RTM_GETLINK, NLM_F_DUMP);
        request.Append(new InterfaceInfoMessage());
        request.Attribute(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
        var collector = new XdpCollector([]);
        socket.Dump(in request, ref collector, "list the interfaces");
        return collector.Programs;
    }

    private static string NameOf(uint program)
    {
        var name = KernelListing.ProgramName(program);
        return string.IsNullOrEmpty(name) ? $"program {program}" : name;
    }

    private static bool IsOur(string name) => name.StartsWith(OurPrefix, StringComparison.Ordinal);

    private static string Word(Hook hook) => hook == Hook.Ingress ? "ingress" : "egress";

    private readonly struct XdpCollector(Dictionary<int, uint> programs) : INetlinkVisitor
    {
        public Dictionary<int, uint> Programs => programs;

        public void OnMessage(in NetlinkMessage message)
        {
            if (
                message.Type != RTM_NEWLINK
                || !LinkMessage.TryParse(message.Payload, out var link)
                || link.Family != AF_UNSPEC
            )
            {
                return;
            }

            var attributes = new NetlinkAttributeReader(message.Payload[16..]);
            while (attributes.TryRead(out var type, out var value))
            {
                if ((type & ~NestedFlag) != IFLA_XDP)
                {
                    continue;
                }

                var inner = new NetlinkAttributeReader(value);
                while (inner.TryRead(out var one, out var number))
                {
                    if (one == IFLA_XDP_PROG_ID && NetlinkEncoding.TryReadNumber(number, out int id))
                    {
                        programs[link.Index] = (uint)id;
                    }
                }
            }
        }
    }
}
