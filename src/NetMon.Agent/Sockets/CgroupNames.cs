using NetMon.Bpf;
using NetMon.Bpf.Sockets;
using NetMon.Core.Sockets;

namespace NetMon.Agent.Sockets;

/// <summary>What a cgroup is.</summary>
internal sealed record CgroupName(string Path, string ContainerId, string PodUid)
{
    public static CgroupName None { get; } = new("", "", "");

    public static CgroupName Of(string path)
    {
        CgroupPath.Parse(path, out var container, out var pod);
        return new(path, container, pod);
    }
}

/// <summary>Finds what a cgroup is.</summary>
internal interface ICgroupLookup
{
    /// <param name="id">Its number.</param>
    /// <param name="isVersion1">Of the memory controller's hierarchy.</param>
    /// <param name="pid">A process in it.</param>
    /// <returns>Null if it is gone before it could be found.</returns>
    CgroupName? Find(ulong id, bool isVersion1, int pid);
}

/// <summary>Asks the kernel: for the directory with the number, else for the process' own word.</summary>
internal sealed class KernelCgroups : ICgroupLookup, IDisposable
{
    private CgroupDirectory? _version1;
    private CgroupDirectory? _version2;

    public KernelCgroups()
    {
        _version2 = Open(CgroupRoot.FindVersion2());
        _version1 = Open(CgroupRoot.FindVersion1());
    }

    public CgroupName? Find(ulong id, bool isVersion1, int pid)
    {
        var directory = isVersion1 ? _version1 : _version2;
        try
        {
            if (directory is not null && directory.TryFind(id, out var path))
            {
                return CgroupName.Of(path);
            }
        }
        catch (BpfException)
        {
            // CAP_DAC_READ_SEARCH is missing, and will be.
            (_version1, _version2) = (null, null);
        }

        return Ask(pid, isVersion1);
    }

    public void Dispose()
    {
        _version1?.Dispose();
        _version2?.Dispose();
    }

    /// <summary>cgroups(7): lines <c>number:controllers:path</c>; version 2 has number 0 and no controllers.</summary>
    internal static string? PathIn(IEnumerable<string> lines, bool isVersion1)
    {
        foreach (var line in lines)
        {
            var parts = line.Split(':', 3);
            var isIt =
                parts.Length == 3
                && (
                    isVersion1
                        ? parts[1].Split(',').Contains("memory", StringComparer.Ordinal)
                        : parts[1].Length == 0
                );
            if (isIt)
            {
                return parts[2];
            }
        }

        return null;
    }

    private static CgroupName? Ask(int pid, bool isVersion1)
    {
        try
        {
            return pid > 0 && PathIn(File.ReadLines($"/proc/{pid}/cgroup"), isVersion1) is { } path
                ? CgroupName.Of(path)
                : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static CgroupDirectory? Open(string? path)
    {
        try
        {
            return path is null ? null : new CgroupDirectory(path);
        }
        catch (BpfException)
        {
            return null;
        }
    }
}
