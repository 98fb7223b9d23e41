using NetMon.Bpf.Sockets;
using NetMon.Core.Diagnosis;

namespace NetMon.Diagnosis.Checks;

/// <summary>The root of the cgroup v2 hierarchy, to which the programs for sockets are attached.</summary>
internal sealed class CgroupCheck() : HostCheck("cgroup v2")
{
    public override IEnumerable<Finding> Run(HostScene scene)
    {
        var given = scene.Options.Features.Sockets.CgroupRoot;
        if (given.Length > 0)
        {
            yield return File.Exists(Path.Combine(given, "cgroup.controllers"))
                ? Pass($"{given} (features.sockets.cgroup_root)")
                : Warn(
                    $"{given} is no cgroup v2 hierarchy: UDP sockets are found by walks only",
                    "correct features.sockets.cgroup_root"
                );
            yield break;
        }

        yield return CgroupRoot.FindVersion2() is { } root
            ? Pass($"the root of the hierarchy is mounted at {root}")
            : Warn(
                "the root of the hierarchy is not mounted here: UDP sockets are found by walks only",
                "mount -t cgroup2 none /sys/fs/cgroup; in a pod mount the host's /sys/fs/cgroup with a hostPath volume"
            );
    }
}
