namespace NetMon.Diagnosis;

/// <summary>A mounted file system.</summary>
/// <param name="Point">Where.</param>
/// <param name="Type">bpf, tracefs, cgroup2, ...</param>
/// <param name="IsReadOnly">By the mount, or as a whole.</param>
internal readonly record struct Mount(string Point, string Type, bool IsReadOnly);

/// <summary>What is mounted, as this process sees it.</summary>
internal static class MountTable
{
    /// <remarks>proc(5): <c>36 35 98:0 /root /mount/point rw,noatime master:1 - type source options</c>.</remarks>
    public static IReadOnlyList<Mount> Read(HostPaths paths)
    {
        var mounts = new List<Mount>();
        foreach (var line in (paths.ReadProc("self/mountinfo") ?? "").Split('\n'))
        {
            var halves = line.Split(" - ", 2);
            var left = halves[0].Split(' ');
            var right = halves.Length == 2 ? halves[1].Split(' ') : [];
            if (left.Length >= 6 && right.Length >= 3)
            {
                mounts.Add(
                    new Mount(
                        left[4].Replace("\\040", " ", StringComparison.Ordinal),
                        right[0],
                        IsReadOnly(left[5]) || IsReadOnly(right[2])
                    )
                );
            }
        }

        return mounts;
    }

    /// <summary>The mount that a path is on: the deepest, and of several at one place the last.</summary>
    public static Mount? Of(string path, IReadOnlyList<Mount> mounts)
    {
        Mount? found = null;
        var full = Path.GetFullPath(path);
        foreach (var mount in mounts)
        {
            var isAbove =
                mount.Point == "/"
                || full == mount.Point
                || full.StartsWith(mount.Point + "/", StringComparison.Ordinal);
            if (isAbove && mount.Point.Length >= (found?.Point.Length ?? 0))
            {
                found = mount;
            }
        }

        return found;
    }

    private static bool IsReadOnly(string options) =>
        options.Split(',').Contains("ro", StringComparer.Ordinal);
}
