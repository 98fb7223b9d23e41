using System.Security.Cryptography;
using NetMon.Lab.Machines;

namespace NetMon.Lab.Pods;

/// <summary>How a kubelet's cgroups are named.</summary>
public enum CgroupDriver
{
    /// <summary><c>kubepods.slice/kubepods-burstable.slice/kubepods-burstable-podUID.slice/cri-containerd-ID.scope</c></summary>
    Systemd,

    /// <summary><c>kubepods/burstable/podUID/ID</c></summary>
    Cgroupfs,
}

/// <summary>Cgroups of a node's pods. Each node has its own tree below the lab's.</summary>
internal sealed class PodCgroups(ControlGroup? root, CgroupDriver driver)
{
    /// <summary>That of a container in a pod.</summary>
    public ControlGroup? Create(string node, string podUid)
    {
        var container = RandomNumberGenerator.GetHexString(64, lowercase: true);
        return root?.Add(
            driver == CgroupDriver.Systemd
                // A dash separates levels of slices: those of the UID are replaced.
                ? $"{node}/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod{podUid.Replace('-', '_')}.slice/cri-containerd-{container}.scope"
                : $"{node}/kubepods/burstable/pod{podUid}/{container}"
        );
    }
}
