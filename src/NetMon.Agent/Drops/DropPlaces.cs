using System.Collections.Concurrent;
using System.Collections.Frozen;
using NetMon.Bpf.Drops;
using NetMon.Core.Drops;

namespace NetMon.Agent.Drops;

/// <summary>Names the places of the kernel where packets are dropped. The reader's thread looks them up; any thread reads.</summary>
internal sealed class DropPlaces
{
    /// <summary>Places that are remembered; a kernel has some hundreds in all.</summary>
    private const int MaxPlaces = 2048;

    /// <summary>
    /// Functions where freeing a buffer for a reason is no loss, though elsewhere it is. <c>docs/drops.md</c> lists the same; a test
    /// compares them.
    /// </summary>
    public static IReadOnlyList<OrdinaryPlace> OrdinaryPlaces { get; } =
    [
        new(DropReason.NotSpecified, "tcp_v4_rcv", "a connection in TIME_WAIT took the packet"),
        new(DropReason.NotSpecified, "tcp_v6_rcv", "a connection in TIME_WAIT took the packet"),
        new("NO_SOCKET", "ping_rcv", "an echo reply that a raw socket got a copy of"),
        new(
            DropReason.NotSpecified,
            "bpf_prog_test_run_skb",
            "a test run of a BPF program, which no packet is in"
        ),
        new(DropReason.NotSpecified, "skb_queue_purge", "a queue was closed"),
        new(DropReason.NotSpecified, "skb_queue_purge_reason", "a queue was closed"),
        new(DropReason.NotSpecified, "skb_rbtree_purge", "a queue was closed"),
        new(DropReason.NotSpecified, "sk_stream_kill_queues", "a socket was closed"),
        new(DropReason.NotSpecified, "inet_sock_destruct", "a socket was closed"),
        new(DropReason.NotSpecified, "tcp_write_queue_purge", "a socket was closed"),
        new(DropReason.NotSpecified, "packet_release", "a packet socket was closed"),
        new(DropReason.NotSpecified, "__tun_detach", "a tun device was closed"),
        new(DropReason.NotSpecified, "br_handle_frame", "a frame for the bridge itself"),
        new(DropReason.NotSpecified, "br_stp_rcv", "a frame for the bridge itself"),
        new(DropReason.NotSpecified, "llc_rcv", "a frame of a protocol that nobody here handles"),
        new(DropReason.NotSpecified, "igmp_rcv", "a multicast report, which was heard"),
        new(DropReason.NotSpecified, "ip6_mc_input", "multicast of a group that nobody here has joined"),
    ];

    private static readonly FrozenSet<(string Reason, string Function)> Ordinary = OrdinaryPlaces
        .Select(place => (place.Reason, place.Function))
        .ToFrozenSet();

    private readonly ConcurrentDictionary<ulong, string?> _names = new();
    private readonly HashSet<ulong> _wanted = [];
    private readonly Func<IReadOnlyCollection<ulong>, IReadOnlyDictionary<ulong, string>> _find;

    /// <param name="find">Looks addresses up: <see cref="KernelSymbols.Find(IReadOnlyCollection{ulong})"/>.</param>
    public DropPlaces(Func<IReadOnlyCollection<ulong>, IReadOnlyDictionary<ulong, string>> find) =>
        _find = find;

    /// <summary>The kernel does not tell where its functions are (kernel.kptr_restrict, or no /proc/kallsyms).</summary>
    public bool AreHidden { get; private set; }

    /// <summary>Function and offset; null if that is not known.</summary>
    public string? Find(ulong address) => _names.GetValueOrDefault(address);

    /// <summary>Notes an address to be looked up.</summary>
    public void Want(ulong address)
    {
        if (_names.Count + _wanted.Count < MaxPlaces && !_names.ContainsKey(address))
        {
            _wanted.Add(address);
        }
    }

    /// <summary>Looks up what is wanted, all at once.</summary>
    public void LookUp()
    {
        if (_wanted.Count == 0)
        {
            return;
        }

        IReadOnlyDictionary<ulong, string> found;
        try
        {
            found = _find(_wanted);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            found = new Dictionary<ulong, string>();
        }

        foreach (var address in _wanted)
        {
            _names[address] = found.GetValueOrDefault(address);
        }

        AreHidden = found.Count == 0;
        _wanted.Clear();
    }

    /// <summary>Whether a place is one where freeing for this reason is no loss.</summary>
    public bool IsOrdinary(ulong address, string reason) =>
        Find(address) is { } place && Ordinary.Contains((reason, FunctionOf(place)));

    // The compiler makes copies of a function with a suffix: name.isra.0, name.constprop.0, name.cold.
    private static string FunctionOf(string place)
    {
        var end = place.AsSpan().IndexOfAny('+', '.');
        return end < 0 ? place : place[..end];
    }
}

/// <summary>Where freeing a buffer is no loss.</summary>
/// <param name="Reason">For this reason.</param>
/// <param name="Function">In this function of the kernel.</param>
/// <param name="Meaning">Why not.</param>
internal sealed record OrdinaryPlace(string Reason, string Function, string Meaning);
