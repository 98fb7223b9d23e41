using System.Globalization;

namespace NetMon.Lab.Machines;

/// <summary>
/// Network namespaces and the veth pairs between them. Everything in them goes with them on <see cref="Dispose"/>; what a crashed run
/// left behind goes when the next lab is made.
/// </summary>
public sealed class LabNetwork : IDisposable
{
    private const string Folder = "/run/netns";
    private static readonly Lock CleanUpOnce = new();

    private readonly Dictionary<string, NetworkNamespace> _namespaces = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    public LabNetwork()
        : this(NextName()) { }

    internal LabNetwork(string name) => Name = name;

    /// <summary>What the names of its namespaces begin with.</summary>
    public string Name { get; }

    /// <param name="label">What it stands for, e.g. <c>host</c>.</param>
    public NetworkNamespace AddNamespace(string label)
    {
        var added = AddNamespaces(label)[0];
        added.Run("ip", "link", "set", "lo", "up");
        return added;
    }

    /// <summary>Several at once, which is faster. Their loopback interfaces are down.</summary>
    public IReadOnlyList<NetworkNamespace> AddNamespaces(params IEnumerable<string> labels)
    {
        NetworkNamespace[] added = [.. labels.Select(label => new NetworkNamespace($"{Name}-{label}"))];
        // Before they are made: those of an attempt that fails half-way go as well.
        lock (_lock)
        {
            foreach (var each in added)
            {
                _namespaces.Add(each.Name, each);
            }
        }

        Command.Feed(
            string.Join('\n', added.Select(each => $"netns add {each.Name}")) + "\n",
            "ip",
            "-batch",
            "-"
        );
        foreach (var each in added)
        {
            // Neighbour discovery of addresses nobody asked for would be traffic that no test sent.
            each.Set(
                ("ipv6/conf/all/accept_dad", "0"),
                ("ipv6/conf/default/accept_dad", "0"),
                ("ipv6/conf/default/router_solicitations", "0"),
                // Nor shall reports of multicast groups come seconds later; in milliseconds.
                ("ipv6/conf/default/mldv2_unsolicited_report_interval", "10"),
                ("ipv4/conf/default/igmpv3_unsolicited_report_interval", "10")
            );
        }

        return added;
    }

    /// <summary>A veth pair, both ends up.</summary>
    public static void Connect(
        NetworkNamespace left,
        string leftName,
        NetworkNamespace right,
        string rightName
    )
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        Command.Run(
            "ip",
            [
                "link",
                "add",
                leftName,
                "netns",
                left.Name,
                "type",
                "veth",
                "peer",
                "name",
                rightName,
                "netns",
                right.Name,
            ]
        );
        left.Run("ip", "link", "set", leftName, "up");
        right.Run("ip", "link", "set", rightName, "up");
    }

    /// <summary>Removes a namespace, with the programs that run in it.</summary>
    public void Remove(NetworkNamespace each)
    {
        ArgumentNullException.ThrowIfNull(each);
        Remove(each.Name);
        lock (_lock)
        {
            _namespaces.Remove(each.Name);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var name in _namespaces.Keys)
            {
                Remove(name);
            }

            _namespaces.Clear();
        }
    }

    /// <summary>Removes the namespaces of a family whose process is gone, with the programs that still run in them.</summary>
    /// <returns>Their names.</returns>
    internal static IReadOnlyList<string> RemoveLeftovers(string family)
    {
        if (!Directory.Exists(Folder))
        {
            return [];
        }

        string[] names =
        [
            .. Directory
                .EnumerateFiles(Folder, family + "*")
                .Select(path => Path.GetFileName(path))
                .Where(name => LabName.IsLeftover(name, family)),
        ];
        foreach (var name in names)
        {
            Remove(name);
        }

        return names;
    }

    private static string NextName()
    {
        lock (CleanUpOnce)
        {
            RemoveLeftovers(LabName.Test);
            return LabName.Next(LabName.Test);
        }
    }

    private static void Remove(string name)
    {
        try
        {
            // What was killed may still write to its files for a moment, and what was just started may enter only now.
            Wait.Until(
                () =>
                {
                    var processes = Processes(name);
                    processes.ForEach(process => _ = Libc.kill(process, (int)LabSignal.Kill));
                    return processes.Count == 0;
                },
                $"the programs in {name} to end"
            );
            Command.Run("ip", "netns", "del", name);
        }
        catch (InvalidOperationException) when (!File.Exists(Path.Combine(Folder, name)))
        {
            // It was never made, or another process that cleans up was quicker.
        }
    }

    // Without this process, which has threads in there while a generator runs.
    private static List<int> Processes(string name) =>
        [
            .. Command
                .Run("ip", "netns", "pids", name)
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(process => int.Parse(process, CultureInfo.InvariantCulture))
                .Where(process => process != Environment.ProcessId),
        ];
}
