using NetMon.Bpf.Interop;

namespace NetMon.Bpf.Sockets;

/// <summary>Where the hierarchies of cgroups are mounted.</summary>
public static class CgroupRoot
{
    private const string Mounts = "/proc/self/mountinfo";

    /// <summary>Where the whole cgroup v2 hierarchy is mounted, not a part of it; null if it is not.</summary>
    public static string? FindVersion2() => Find(File.ReadLines(Mounts), "cgroup2", null);

    /// <summary>Where the hierarchy of version 1 with the memory controller is mounted; null if it is not.</summary>
    public static string? FindVersion1() => Find(File.ReadLines(Mounts), "cgroup", "memory");

    /// <remarks>
    /// proc(5): <c>36 35 98:0 /root /mount/point rw,noatime master:1 - type source options</c>; the root is / where the whole is mounted,
    /// or what is outside of the process's cgroup namespace is hidden.
    /// </remarks>
    internal static string? Find(IEnumerable<string> mounts, string type, string? controller)
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
                && string.Equals(left[3], "/", StringComparison.Ordinal)
                && (controller is null || right[2].Split(',').Contains(controller, StringComparer.Ordinal))
            )
            {
                return left[4].Replace("\\040", " ", StringComparison.Ordinal);
            }
        }

        return null;
    }
}
