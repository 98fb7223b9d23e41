using System.Globalization;
using NetMon.Core.Diagnosis;

namespace NetMon.Diagnosis.Checks;

/// <summary>The capabilities that this process has (capabilities(7)), by name.</summary>
internal sealed class CapabilitiesCheck() : HostCheck("capabilities")
{
    private const int Admin = 21;

    private static readonly (string Name, int Bit, bool WithAdmin, string For)[] Needed =
    [
        ("CAP_BPF", 39, true, "load programs and maps"),
        ("CAP_PERFMON", 38, true, "read kernel structures, do arithmetic on packet pointers"),
        ("CAP_NET_ADMIN", 12, false, "attach to interfaces, ask conntrack and for pods' addresses"),
    ];

    private static readonly (string Name, int Bit, string Lost)[] Useful =
    [
        ("CAP_SYSLOG", 34, "where in the kernel packets are dropped has no name"),
        ("CAP_NET_BROADCAST", 11, "address changes behind pods' interfaces are noticed up to 10 s late"),
        ("CAP_DAC_READ_SEARCH", 2, "containers of processes that end at once are not known"),
    ];

    public override IEnumerable<Finding> Run(HostScene scene)
    {
        if (ReadEffective(scene.Paths) is not { } effective)
        {
            yield return Warn("cannot be read from /proc/self/status", "mount /proc");
            yield break;
        }

        var missing = Needed.Where(one => !(Has(one.Bit) || (one.WithAdmin && Has(Admin)))).ToArray();
        var have = string.Join(", ", Needed.Except(missing).Select(one => one.Name));
        if (missing.Length == 0)
        {
            yield return Pass($"{have} are there");
        }
        else
        {
            yield return Fail(
                $"missing: {string.Join("; ", missing.Select(one => $"{one.Name} ({one.For})"))}",
                "run as root, or add them: in a pod securityContext.capabilities.add, for a unit AmbientCapabilities="
            );
        }

        foreach (var (name, bit, lost) in Useful.Where(one => !Has(one.Bit)))
        {
            yield return Warn($"{name} is missing: {lost}", $"add {name}, or live with it");
        }

        bool Has(int bit) => (effective >> bit & 1) != 0;
    }

    private static ulong? ReadEffective(HostPaths paths)
    {
        foreach (var line in (paths.ReadProc("self/status") ?? "").Split('\n'))
        {
            if (
                line.StartsWith("CapEff:", StringComparison.Ordinal)
                && ulong.TryParse(
                    line.AsSpan(7).Trim(),
                    NumberStyles.AllowHexSpecifier,
                    CultureInfo.InvariantCulture,
                    out var value
                )
            )
            {
                return value;
            }
        }

        return null;
    }
}
