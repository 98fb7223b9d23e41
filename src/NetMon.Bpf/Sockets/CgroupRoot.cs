namespace NetMon.Bpf.Sockets;

/// <summary>Where the hierarchies of cgroups are mounted.</summary>
public static class CgroupRoot
{
    private const string Mounts = "/proc/self/mountinfo";

    /// <summary>Every cgroup of version 2 but the root has it (cgroup-v2.rst): a container sees its own cgroup as the root.</summary>
    private const string NotOfRoot = "cgroup.type";

    /// <summary>Where the whole cgroup v2 hierarchy is mounted, not a part of it; null if it is not.</summary>
    public static string? FindVersion2() =>
        Find(File.ReadLines(Mounts), "cgroup2", null)
            .FirstOrDefault(path => !File.Exists(Path.Combine(path, NotOfRoot)));

    /// <summary>Where the hierarchy of version 1 with the memory controller is mounted; null if it is not.</summary>
    public static string? FindVersion1() => Find(File.ReadLines(Mounts), "cgroup", "memory").FirstOrDefault();

    /// <returns>Mount points.</returns>
    /// <remarks>proc(5): <c>36 35 98:0 /root /mount/point rw,noatime master:1 - type source options</c>.</remarks>
    internal static IEnumerable<string> Find(IEnumerable<string> mounts, string type, string? controller)
    {
        foreach (var line in mounts)
        {
            var halves = line.Split(" - ", 2);
            var left = halves[0].Split(' ');
            var right = halves.Length == 2 ? halves[1].Split(' ') : [];
            if (
                left.Length >= 5
                && right.Length >= 3
                && string.Equals(right[0], type, StringComparison.Ordinal)
                && (controller is null || right[2].Split(',').Contains(controller, StringComparer.Ordinal))
            )
            {
                yield return left[4].Replace("\\040", " ", StringComparison.Ordinal);
            }
        }
    }
}
