using System.Runtime.InteropServices;
using System.Text;
using NetMon.Bpf.Records;
using NetMon.Core.Sockets;

namespace NetMon.Agent.Sockets;

/// <summary>One object for each process and command. The capture loop's; allocates for processes that it has not met.</summary>
internal sealed class OwnerPool(ICgroupLookup cgroups, SocketCounts counts)
{
    private const int MaxOwners = 16_384;
    private const int MaxCgroups = 8192;

    /// <summary>A cgroup that was not found may be asked for again: it was perhaps busy being made.</summary>
    private const ulong RetryNs = 1_000_000_000;

    private readonly Dictionary<Key, SocketOwner> _owners = [];
    private readonly Dictionary<(ulong Id, bool IsVersion1), (CgroupName? Name, ulong AskedNs)> _cgroups = [];

    public int Count => _owners.Count;

    /// <returns>Null if nothing is known of the owner.</returns>
    public SocketOwner? Find(in SocketOwnerRecord record, ulong nowNs)
    {
        var isVersion1 = (record.Flags & SocketFlags.Cgroup1) != SocketFlags.None;
        if (record is { Pid: 0, Cgroup: <= 1 })
        {
            return null;
        }

        var words = MemoryMarshal.Cast<byte, ulong>((ReadOnlySpan<byte>)record.Command);
        var key = new Key(record.Pid, record.Cgroup, isVersion1, words[0], words[1]);
        if (_owners.TryGetValue(key, out var owner))
        {
            return owner;
        }

        var name = NameOf(record.Cgroup, isVersion1, (int)record.Pid, nowNs);
        owner = new SocketOwner(
            (int)record.Pid,
            TextOf(record.Command),
            name?.Path ?? "",
            name?.ContainerId ?? "",
            name?.PodUid ?? ""
        );

        // Without its cgroup it is not remembered: the next event may find it.
        if (name is not null)
        {
            // Flows keep theirs: only the sharing begins anew.
            if (_owners.Count >= MaxOwners)
            {
                _owners.Clear();
            }

            _owners.Add(key, owner);
        }

        return owner;
    }

    private static string TextOf(ReadOnlySpan<byte> command)
    {
        var end = command.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? command : command[..end]);
    }

    private CgroupName? NameOf(ulong id, bool isVersion1, int pid, ulong nowNs)
    {
        if (_cgroups.TryGetValue((id, isVersion1), out var known))
        {
            if (known.Name is not null || nowNs - known.AskedNs < RetryNs)
            {
                return known.Name;
            }
        }
        else if (_cgroups.Count >= MaxCgroups)
        {
            _cgroups.Clear();
        }

        var name = cgroups.Find(id, isVersion1, pid);
        _cgroups[(id, isVersion1)] = (name, nowNs);
        if (name is null)
        {
            counts.AddUnnamed();
        }

        return name;
    }

    private readonly record struct Key(
        uint Pid,
        ulong Cgroup,
        bool IsVersion1,
        ulong CommandStart,
        ulong CommandEnd
    );
}
