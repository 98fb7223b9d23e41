using System.Globalization;
using System.Net;
using System.Text;
using NetMon.Diagnosis;

namespace NetMon.Support;

/// <summary>What a person would look at on the host, as text.</summary>
internal static class HostText
{
    private static readonly string[] Wanted =
    [
        "kernel.bpf_stats_enabled",
        "kernel.kptr_restrict",
        "kernel.perf_event_paranoid",
        "kernel.unprivileged_bpf_disabled",
        "net.core.bpf_jit_enable",
        "net.core.bpf_jit_harden",
        "net.core.bpf_jit_limit",
        "net.core.netdev_max_backlog",
        "net.core.rmem_max",
        "net.ipv4.ip_forward",
        "net.ipv4.conf.all.rp_filter",
        "net.ipv6.conf.all.forwarding",
        "net.netfilter.nf_conntrack_count",
        "net.netfilter.nf_conntrack_max",
        "net.netfilter.nf_conntrack_acct",
    ];

    private static readonly string[] FileSystems = ["bpf", "cgroup", "cgroup2", "tracefs", "tmpfs"];
    private static readonly string[] MemoryLines =
    [
        "MemTotal",
        "MemFree",
        "MemAvailable",
        "Percpu",
        "VmallocUsed",
    ];

    public static string Kernel(HostPaths paths) =>
        $"{paths.ReadProc("version")}{Environment.ProcessorCount} processors\nuptime and idle: {paths.ReadProc("uptime")}load: {paths.ReadProc("loadavg")}lockdown: {paths.ReadSys("kernel/security/lockdown") ?? "unknown\n"}";

    public static string Settings(HostPaths paths)
    {
        var text = new StringBuilder();
        foreach (var name in Wanted)
        {
            text.Append($"{name} = {paths.ReadSetting(name) ?? "(none)"}\n");
        }

        return text.ToString();
    }

    public static string Mounts(HostPaths paths)
    {
        var text = new StringBuilder();
        foreach (var mount in MountTable.Read(paths).Where(one => FileSystems.Contains(one.Type)))
        {
            text.Append($"{mount.Type} {mount.Point}{(mount.IsReadOnly ? " (read-only)" : "")}\n");
        }

        return text.ToString();
    }

    public static string Memory(HostPaths paths)
    {
        var lines = (paths.ReadProc("meminfo") ?? "")
            .Split('\n')
            .Where(line => MemoryLines.Any(name => line.StartsWith(name, StringComparison.Ordinal)));
        return $"{string.Join('\n', lines)}\n\n{paths.ReadProc("self/limits")}\n{paths.ReadProc("self/cgroup")}";
    }

    /// <summary>The main table's IPv4 routes and all IPv6 ones.</summary>
    public static string Routes(HostPaths paths)
    {
        var text = new StringBuilder();
        foreach (var line in (paths.ReadProc("net/route") ?? "").Split('\n').Skip(1))
        {
            // Iface Destination Gateway Flags RefCnt Use Metric Mask
            var fields = line.Split('\t', StringSplitOptions.TrimEntries);
            if (fields.Length >= 8)
            {
                var prefix = IPNetworkBits(fields[7]);
                text.Append(
                    $"{Four(fields[1])}/{prefix} via {Four(fields[2])} dev {fields[0]} metric {fields[6]}\n"
                );
            }
        }

        foreach (var line in (paths.ReadProc("net/ipv6_route") ?? "").Split('\n'))
        {
            // destination bits source bits next-hop metric ... device
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length >= 10 && Number(fields[1]) is { } bits)
            {
                text.Append(
                    $"{Six(fields[0])}/{bits} via {Six(fields[4])} dev {fields[9]} metric {Number(fields[5])}\n"
                );
            }
        }

        return text.Length > 0 ? text.ToString() : throw new IOException("/proc/net/route cannot be read");
    }

    private static IPAddress Four(string hex) => new(Number(hex) ?? 0);

    private static IPAddress Six(string hex) =>
        hex.Length == 32 ? new IPAddress(Convert.FromHexString(hex)) : IPAddress.IPv6Any;

    private static int IPNetworkBits(string mask) =>
        System.Numerics.BitOperations.PopCount(Number(mask) ?? 0);

    private static uint? Number(string hex) =>
        uint.TryParse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            ? value
            : null;
}
