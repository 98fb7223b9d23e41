using System.Collections.Concurrent;
using System.Collections.Frozen;
using NetMon.Bpf.Drops;

namespace NetMon.Agent.Drops;

/// <summary>Names the places of the kernel where packets are dropped. The reader's thread looks them up; any thread reads.</summary>
internal sealed class DropPlaces
{
    /// <summary>Places that are remembered; a kernel has some hundreds in all.</summary>
    private const int MaxPlaces = 2048;

    /// <summary>
    /// Functions where freeing a buffer without a reason is no loss. <c>docs/drops.md</c> lists the same; a test compares them.
    /// </summary>
    public static FrozenSet<string> OrdinaryFunctions { get; } =
        FrozenSet.Create(
            StringComparer.Ordinal,
            "skb_queue_purge",
            "skb_queue_purge_reason",
            "skb_rbtree_purge",
            "sk_stream_kill_queues",
            "inet_sock_destruct",
            "tcp_write_queue_purge",
            "__tun_detach",
            "tun_queue_purge",
            "packet_release",
            "br_handle_frame",
            "br_stp_rcv",
            "llc_rcv",
            "igmp_rcv",
            "ip6_mc_input"
        );

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

    /// <summary>Whether a place is one where freeing without a reason is no loss.</summary>
    public bool IsOrdinary(ulong address) =>
        Find(address) is { } place && OrdinaryFunctions.Contains(FunctionOf(place));

    // The compiler makes copies of a function with a suffix: name.isra.0, name.constprop.0, name.cold.
    private static string FunctionOf(string place)
    {
        var end = place.AsSpan().IndexOfAny('+', '.');
        return end < 0 ? place : place[..end];
    }
}
