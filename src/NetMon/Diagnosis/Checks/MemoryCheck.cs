using System.Globalization;
using NetMon.Core.Diagnosis;
using NetMon.Terminal;

namespace NetMon.Diagnosis.Checks;

/// <summary>Whether the agent's memory fits the machine and the limit of its cgroup.</summary>
internal sealed class MemoryCheck() : HostCheck("memory")
{
    private const long Mebi = 1 << 20;

    // docs/install.md: an agent with everything on, without flows; below the second it is killed at its start.
    private const long Process = 150 * Mebi;
    private const long Least = 96 * Mebi;
    private const long PerFlow = 512;

    public override IEnumerable<Finding> Run(HostScene scene)
    {
        var flow = scene.Options.Flow;
        var need = Process + (flow.MaxFlows * PerFlow) + scene.Options.Resources.Maps.EventBufferBytes;
        var needed = $"about {Size(need)} with a full flow table";
        var limit = ReadLimit(scene.Paths, out var cgroup);
        if (limit is { } bytes)
        {
            var advice =
                $"raise it to {Size(need)} (in a pod resources.limits.memory), or lower the number of flows (--max-flows)";
            yield return bytes < Least
                ? Fail($"{cgroup} allows {Size(bytes)}, the agent needs {needed}", advice)
            : bytes < need ? Warn($"{cgroup} allows {Size(bytes)}, the agent needs {needed}", advice)
            : Pass($"{cgroup} allows {Size(bytes)}, the agent needs {needed}");
        }

        if (ReadAvailable(scene.Paths) is { } available)
        {
            yield return available < need
                ? Warn(
                    $"{Size(available)} are available on the machine, the agent needs {needed}",
                    "free some, or lower the number of flows (--max-flows)"
                )
                : Pass($"{Size(available)} are available on the machine, the agent needs {needed}");
        }
    }

    /// <summary>The tightest limit of this process's cgroup and those above it.</summary>
    private static long? ReadLimit(HostPaths paths, out string cgroup)
    {
        cgroup = "";
        long? least = null;
        var line = (paths.ReadProc("self/cgroup") ?? "")
            .Split('\n')
            .FirstOrDefault(one => one.StartsWith("0::/", StringComparison.Ordinal));
        for (var path = line?[3..].Trim(); path is { Length: > 0 }; path = Path.GetDirectoryName(path))
        {
            var text = paths.ReadSys($"fs/cgroup{path.TrimEnd('/')}/memory.max")?.Trim();
            if (
                long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes)
                && !(least <= bytes)
            )
            {
                (least, cgroup) = (bytes, $"the cgroup {path}");
            }
        }

        return least;
    }

    private static long? ReadAvailable(HostPaths paths)
    {
        const string Key = "MemAvailable:";
        var line = (paths.ReadProc("meminfo") ?? "")
            .Split('\n')
            .FirstOrDefault(one => one.StartsWith(Key, StringComparison.Ordinal));
        var text = line?[Key.Length..].Replace("kB", "", StringComparison.Ordinal).Trim();
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var kibi)
            ? kibi * 1024
            : null;
    }

    private static string Size(long bytes) => $"{bytes / Mebi} MiB";
}
