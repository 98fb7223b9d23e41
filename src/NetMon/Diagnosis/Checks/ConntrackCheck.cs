using System.Globalization;
using NetMon.Bpf;
using NetMon.Bpf.Netlink;
using NetMon.Core.Diagnosis;

namespace NetMon.Diagnosis.Checks;

/// <summary>Connection tracking, which tells what a service's address was translated to.</summary>
internal sealed class ConntrackCheck() : HostCheck("conntrack")
{
    private const double NearlyFull = 0.8;

    public override IEnumerable<Finding> Run(HostScene scene)
    {
        string? problem = null;
        try
        {
            using var conntrack = Conntrack.Open();
        }
        catch (BpfException error)
        {
            problem = error.Message.Split('\n')[0];
        }

        if (problem is not null)
        {
            yield return Warn(
                $"{problem}: services have no backends, and what is translated here counts twice",
                "modprobe nf_conntrack_netlink; see capabilities"
            );
            yield break;
        }

        var count = Number(scene.Paths, "net.netfilter.nf_conntrack_count");
        var max = Number(scene.Paths, "net.netfilter.nf_conntrack_max");
        yield return count is null || max is null or 0 ? Pass("can be asked")
        : count > max * NearlyFull
            ? Warn(
                $"{count} of {max} entries are taken: at the limit the kernel drops new connections",
                "raise net.netfilter.nf_conntrack_max"
            )
        : Pass($"can be asked; {count} of {max} entries are taken");
    }

    private static long? Number(HostPaths paths, string setting) =>
        long.TryParse(
            paths.ReadSetting(setting),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var value
        )
            ? value
            : null;
}
