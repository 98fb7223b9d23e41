using System.Globalization;
using NetMon.Testing.Namespaces;

namespace NetMon.Testing.Lab;

/// <summary>
/// Network namespaces and the veth pairs between them. Everything in them goes with them on <see cref="Dispose"/>; what a crashed run
/// left behind goes when the next lab is made.
/// </summary>
public sealed class LabNetwork : IDisposable
{
    private const string Prefix = "nm-e2e-";
    private const string Folder = "/run/netns";
    private static readonly Lock CleanUpOnce = new();
    private static int _count;

    private readonly List<NetworkNamespace> _namespaces = [];
    private readonly string _prefix;

    public LabNetwork()
    {
        lock (CleanUpOnce)
        {
            RemoveLeftovers();
        }

        _prefix = $"{Prefix}{Environment.ProcessId}-{Interlocked.Increment(ref _count)}-";
    }

    /// <param name="label">What it stands for, e.g. <c>host</c>.</param>
    public NetworkNamespace AddNamespace(string label)
    {
        var added = new NetworkNamespace(_prefix + label);
        Command.Run("ip", "netns", "add", added.Name);
        _namespaces.Add(added);

        // Neighbour discovery of addresses nobody asked for would be traffic that no test sent.
        added.Set("ipv6/conf/all/accept_dad", "0");
        added.Set("ipv6/conf/default/accept_dad", "0");
        added.Set("ipv6/conf/default/router_solicitations", "0");
        added.Run("ip", "link", "set", "lo", "up");
        return added;
    }

    /// <summary>Removes a namespace before the end, with what runs in it and the interfaces that it has.</summary>
    public void Remove(NetworkNamespace removed)
    {
        ArgumentNullException.ThrowIfNull(removed);
        _namespaces.Remove(removed);
        Remove(removed.Name);
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

    public void Dispose()
    {
        foreach (var each in _namespaces)
        {
            Remove(each.Name);
        }
    }

    /// <summary>Namespaces whose test process is gone, with the programs that still run in them.</summary>
    private static void RemoveLeftovers()
    {
        if (!Directory.Exists(Folder))
        {
            return;
        }

        foreach (var path in Directory.EnumerateFiles(Folder, Prefix + "*"))
        {
            var name = Path.GetFileName(path);
            var owner = name[Prefix.Length..].Split('-')[0];
            if (
                int.TryParse(owner, CultureInfo.InvariantCulture, out _)
                && !Directory.Exists($"/proc/{owner}")
            )
            {
                Remove(name);
            }
        }
    }

    private static void Remove(string name)
    {
        foreach (
            var process in Command
                .Run("ip", "netns", "pids", name)
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
        )
        {
            var id = int.Parse(process, CultureInfo.InvariantCulture);

            // This process has threads in there while a generator runs.
            if (id != Environment.ProcessId)
            {
                _ = Libc.kill(id, (int)LabSignal.Kill);
            }
        }

        Command.Run("ip", "netns", "del", name);
    }
}
