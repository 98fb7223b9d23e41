using NetMon.Core.Sockets;

namespace NetMon.Core.Tests.Sockets;

/// <summary>Paths as they are reported from real hosts; the source of each form is beside it.</summary>
public class CgroupPathTests
{
    private const string Id = "afc114c69e71f18166abd63715398d7daa763c69a6454f71157272ab0bdca783";
    private const string Uid = "40934a46-d409-4f4a-bb8b-1ec0b0436320";
    private const string Slice = "40934a46_d409_4f4a_bb8b_1ec0b0436320";

    /// <summary>kubeadm's static pods: kubelet's hash of the manifest (annotation kubernetes.io/config.hash).</summary>
    private const string Hash = "8d4e2b7a15f3c0964a7b5c1d0e9f8a72";

    [Theory]
    // Kubelet with systemd and containerd: iovisor/kubectl-trace#207.
    [InlineData(
        $"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod{Slice}.slice/cri-containerd-{Id}.scope",
        Id,
        Uid
    )]
    // A guaranteed pod has no slice of its class: tkestack/vcuda-controller#19.
    [InlineData($"/kubepods.slice/kubepods-pod{Slice}.slice/cri-containerd-{Id}.scope", Id, Uid)]
    // Kubelet with cgroupfs: kubernetes/kubernetes#95488, sustainable-computing-io/kepler#684.
    [InlineData($"/kubepods/burstable/pod{Uid}/{Id}", Id, Uid)]
    [InlineData($"/kubepods/pod{Uid}/{Id}", Id, Uid)]
    // A program that makes cgroups of its own in its container: kubernetes/kubernetes#95488.
    [InlineData($"/kubepods/burstable/pod{Uid}/{Id}/kubepods", Id, Uid)]
    // CRI-O with systemd: kinvolk/traceloop#34; with cgroupfs: falcosecurity/libs, CRI_CGROUP_LAYOUT.
    [InlineData(
        $"/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod{Slice}.slice/crio-{Id}.scope",
        Id,
        Uid
    )]
    [InlineData($"/kubepods/besteffort/pod{Uid}/crio-{Id}", Id, Uid)]
    // CRI-O's container with systemd inside (crun): .../crio-ID.scope/container.
    [InlineData($"/kubepods.slice/kubepods-pod{Slice}.slice/crio-{Id}.scope/container", Id, Uid)]
    // CRI-O's monitor is in the pod, in no container.
    [InlineData($"/kubepods.slice/kubepods-pod{Slice}.slice/crio-conmon-{Id}.scope", "", Uid)]
    // Docker under kubelet: kontena/pharos-cluster#440.
    [InlineData(
        $"/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod{Slice}.slice/docker-{Id}.scope",
        Id,
        Uid
    )]
    // containerd with kubelet's systemd driver and its own cgroupfs: elastic/apm-agent-nodejs#3550.
    [InlineData(
        $"/system.slice/containerd.service/kubepods-burstable-pod{Slice}.slice:cri-containerd:{Id}",
        Id,
        Uid
    )]
    // kind: a prefix of kubelet's root, within the node's container: kubernetes-sigs/kind#3947, kepler#684.
    [InlineData(
        $"/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-burstable.slice/kubelet-kubepods-burstable-pod{Slice}.slice/cri-containerd-{Id}.scope",
        Id,
        Uid
    )]
    [InlineData(
        $"/system.slice/docker-9ec39b91f3d70e1beff50a308f77067065ea6be0d91a3378375056cd4422cf3d.scope/kubelet/kubepods/burstable/pod{Uid}/{Id}",
        Id,
        Uid
    )]
    // A node that is a container: its own processes are in it.
    [InlineData($"/docker/{Id}/kubelet.slice/kubelet.service", Id, "")]
    // Static pods.
    [InlineData(
        $"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod{Hash}.slice/cri-containerd-{Id}.scope",
        Id,
        Hash
    )]
    [InlineData($"/kubepods/burstable/pod{Hash}/{Id}", Id, Hash)]
    // Docker alone, with systemd, cgroupfs, and before 1.10: neuvector, share/system/cgroup_test.go.
    [InlineData($"/system.slice/docker-{Id}.scope", Id, "")]
    [InlineData($"/docker/{Id}", Id, "")]
    [InlineData($"/{Id}", Id, "")]
    // A slice of the user's choice (docker run --cgroup-parent), systemd inside.
    [InlineData($"/custom.slice/docker-{Id}.scope/init.scope", Id, "")]
    // podman: as root, as a user, with a pod of its own, its monitor.
    [InlineData($"/machine.slice/libpod-{Id}.scope/container", Id, "")]
    [InlineData(
        $"/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-{Id}.scope/container",
        Id,
        ""
    )]
    [InlineData($"/machine.slice/machine-libpod_pod_{Id}.slice/libpod-{Id}.scope", Id, "")]
    [InlineData($"/machine.slice/libpod-conmon-{Id}.scope", "", "")]
    // containerd without Kubernetes: nerdctl, ctr.
    [InlineData($"/system.slice/nerdctl-{Id}.scope", Id, "")]
    [InlineData($"/default/{Id}", Id, "")]
    // ECS on EC2.
    [InlineData($"/ecs/a382c5807e0aedf7e9a5b8f1d6c4e3b2/{Id}", Id, "")]
    // The pod's own cgroup.
    [InlineData($"/kubepods.slice/kubepods-pod{Slice}.slice", "", Uid)]
    // What is in no container.
    [InlineData("", "", "")]
    [InlineData("/", "", "")]
    [InlineData("/init.scope", "", "")]
    [InlineData("/system.slice/sshd.service", "", "")]
    [InlineData("/user.slice/user-1000.slice/session-3.scope", "", "")]
    [InlineData("/user.slice/user-1000.slice/user@1000.service/app.slice/app-firefox-1234.scope", "", "")]
    [InlineData("/kubepods.slice/kubepods-burstable.slice", "", "")]
    [InlineData("/system.slice/podman.service", "", "")]
    // Nearly.
    [InlineData($"/docker/{Id}0", "", "")]
    [InlineData($"/kubepods/pod{Uid}0/x", "", "")]
    [InlineData("/kubepods/pod40934a46-d409-4f4a-bb8b-1ec0b043632g/x", "", "")]
    public void Container_and_pod_are_read_from_real_paths(string path, string container, string pod)
    {
        CgroupPath.Parse(path, out var containerId, out var podUid);
        Assert.Equal((container, pod), (containerId, podUid));
    }
}
