using NetMon.Core.Diagnosis;

namespace NetMon.Diagnosis.Checks;

/// <summary>Where maps and links are pinned: in a BPF file system that can be written.</summary>
internal sealed class BpfDirectoryCheck() : HostCheck("bpffs")
{
    private const string Lost = "packets are not counted while the agent is down";

    public override IEnumerable<Finding> Run(HostScene scene)
    {
        var directory = scene.Options.State.BpfDirectory;
        if (directory.Length == 0)
        {
            yield return Warn(
                $"switched off (state.bpf_directory): {Lost}",
                "give state.bpf_directory, such as /sys/fs/bpf/netmon"
            );
            yield break;
        }

        var mount = MountTable.Of(directory, MountTable.Read(scene.Paths));
        if (mount is not { Type: "bpf" } at)
        {
            yield return Fail(
                $"{directory} is not in a BPF file system but in {mount?.Type ?? "none"}: {Lost}",
                "mount -t bpf bpf /sys/fs/bpf; in a pod mount the host's with a hostPath volume"
            );
            yield break;
        }

        if (at.IsReadOnly)
        {
            yield return Fail(
                $"{at.Point} is mounted read-only: {Lost}",
                $"mount -o remount,rw {at.Point}; in a pod drop readOnly from its volumeMount"
            );
            yield break;
        }

        yield return WritableDirectory.Problem(directory) is not { } problem
            ? Pass($"{directory} can be written")
            : Fail(
                $"{directory} cannot be written: {problem}: {Lost}",
                "run as root; the directory belongs to whoever made it"
            );
    }
}
