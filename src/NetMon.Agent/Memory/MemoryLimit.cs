using System.Globalization;
using NetMon.Agent.Options;

namespace NetMon.Agent.Memory;

/// <summary>How much memory the process may have resident.</summary>
/// <param name="Bytes">Null: as much as there is.</param>
/// <param name="Source">Where that comes from, for messages.</param>
internal sealed record MemoryLimit(long? Bytes, string Source)
{
    /// <summary>Below, there is hardly room for the program itself.</summary>
    public const long Least = 64L << 20;

    /// <summary>Of an entry of the kernel's flow map, which is the cgroup's memory and not the process's.</summary>
    private const long FlowMapEntry = 512;

    /// <summary>Of a cgroup's limit, what the kernel takes for page tables, sockets and files.</summary>
    private const double Ours = 0.9;

    /// <summary>The one that is set; else what the cgroup leaves beside the kernel's maps.</summary>
    /// <param name="options">Settings.</param>
    /// <param name="root">Where cgroups are mounted.</param>
    /// <param name="self">What names the process's own.</param>
    public static MemoryLimit Find(
        AgentOptions options,
        string root = "/sys/fs/cgroup",
        string self = "/proc/self/cgroup"
    )
    {
        if (options.Resources.MemoryLimit is { } set)
        {
            return new MemoryLimit(set, "resources.memory_limit");
        }

        if (OfCgroup(root, self) is not { } whole)
        {
            return new MemoryLimit(null, "no limit is set, and the cgroup has none");
        }

        var maps = (options.FlowMapSize * FlowMapEntry) + options.Resources.Maps.EventBufferBytes;
        var left = (long)((whole - maps) * Ours);
        return new MemoryLimit(
            Math.Max(left, Least),
            $"the cgroup's {whole >> 20} MiB without {maps >> 20} MiB of kernel maps"
        );
    }

    /// <summary>The least of the limits from the process's cgroup upwards.</summary>
    private static long? OfCgroup(string root, string self)
    {
        long? least = null;
        try
        {
            // 0::/path, cgroups(7); in a namespace of its own the path begins at the root that is mounted.
            var line = File.ReadLines(self)
                .FirstOrDefault(each => each.StartsWith("0::", StringComparison.Ordinal));
            for (
                var path = line?[3..].Trim('/');
                path is not null;
                path = path.Length == 0 ? null : Path.GetDirectoryName(path)
            )
            {
                foreach (var name in (string[])["memory.max", "memory.high"])
                {
                    if (Read(Path.Combine(root, path, name)) is { } limit && !(least <= limit))
                    {
                        least = limit;
                    }
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // No cgroups, or none of version 2.
        }

        return least;
    }

    private static long? Read(string file) =>
        File.Exists(file)
        && long.TryParse(
            File.ReadAllText(file),
            NumberStyles.AllowTrailingWhite,
            CultureInfo.InvariantCulture,
            out var limit
        )
            ? limit
            : null;
}
