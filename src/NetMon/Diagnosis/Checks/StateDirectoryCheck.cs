using NetMon.Bpf.Pinning;
using NetMon.Core.Diagnosis;

namespace NetMon.Diagnosis.Checks;

/// <summary>Where the agent's lock, socket and ledger are.</summary>
internal sealed class StateDirectoryCheck() : HostCheck("state directory")
{
    private const string Lost = "figures begin anew at each start, and there is no local socket";

    public override IEnumerable<Finding> Run(HostScene scene)
    {
        var directory = scene.Options.State.Directory;
        if (directory.Length == 0)
        {
            yield return Warn(
                $"switched off (state.directory): {Lost}",
                "give state.directory, such as /run/netmon"
            );
            yield break;
        }

        if (
            Directory.Exists(directory)
            && OwnDirectory.Problem(directory) is { } stranger
            && !OwnDirectory.CanTake(directory)
        )
        {
            yield return Fail(
                $"{directory} is not the agent's own: {stranger}: it does not start",
                $"chown root {directory} and chmod 0700 {directory}, or give another with --state-dir"
            );
            yield break;
        }

        var onDisk = MountTable.Of(directory, MountTable.Read(scene.Paths)) is { Type: not "tmpfs" };
        yield return WritableDirectory.Problem(directory) is not { } problem
            ? Pass($"{directory} can be written{(onDisk ? " (not a tmpfs: writes go to a disk)" : "")}")
            : Fail(
                $"{directory} cannot be written: {problem}: {Lost}",
                "run as root, or give another with --state-dir; in a pod mount a volume there"
            );
    }
}
