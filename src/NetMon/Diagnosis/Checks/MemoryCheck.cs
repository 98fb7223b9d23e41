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

    // What version 1 says where there is none.
    private const long Unlimited = 1L << 60;

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
        var hierarchies = Hierarchies(paths);
        foreach (var line in (paths.ReadProc("self/cgroup") ?? "").Split('\n'))
        {
            // hierarchy number:controllers:path; version 2 has number 0 and no controllers.
            var fields = line.Split(':', 3);
            if (
                fields.Length < 3
                || hierarchies.FirstOrDefault(one => one.Controllers == fields[1])
                    is not { Root: { } root } found
            )
            {
                continue;
            }

            for (var path = fields[2].Trim(); path.Length > 0; path = Path.GetDirectoryName(path) ?? "")
            {
                var text = HostPaths.Read($"{root}{path.TrimEnd('/')}/{found.File}")?.Trim();
                if (
                    long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes)
                    && bytes < Unlimited
                    && !(least <= bytes)
                )
                {
                    (least, cgroup) = (bytes, $"the cgroup {path}");
                }
            }
        }

        return least;
    }

    private static (string Controllers, string? Root, string File)[] Hierarchies(HostPaths paths)
    {
        var second = MountTable.Read(paths).FirstOrDefault(mount => mount.Type == "cgroup2").Point;
        return
        [
            ("", second ?? Path.Combine(paths.Sys, "fs/cgroup"), "memory.max"),
            ("memory", Path.Combine(paths.Sys, "fs/cgroup/memory"), "memory.limit_in_bytes"),
        ];
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
