using System.Globalization;

namespace NetMon.Lab.Machines;

/// <summary>A cgroup of version 2, with those below it. Killing it kills all programs that were started in it, and their children.</summary>
public sealed class ControlGroup
{
    private static readonly string? Root = FindRoot();

    private ControlGroup(string path) => Path = path;

    public string Path { get; }

    public string Name => System.IO.Path.GetFileName(Path);

    /// <summary>Null where cgroup v2 is not mounted, or cannot be written.</summary>
    public static ControlGroup? Create(string name) => Root is null ? null : new ControlGroup(Root).Add(name);

    /// <summary>Those of clusters whose process is gone.</summary>
    public static IReadOnlyList<ControlGroup> Leftovers() =>
        Root is null
            ? []
            :
            [
                .. Directory
                    .EnumerateDirectories(Root, LabName.Cluster + "*")
                    .Where(path => LabName.IsLeftover(System.IO.Path.GetFileName(path), LabName.Cluster))
                    .Select(path => new ControlGroup(path)),
            ];

    /// <param name="path">Relative, with slashes.</param>
    public ControlGroup Add(string path) =>
        new(Directory.CreateDirectory(System.IO.Path.Combine(Path, path)).FullName);

    /// <summary>Kills every program in it, and below.</summary>
    public void Kill()
    {
        try
        {
            foreach (var process in Processes())
            {
                _ = Libc.kill(process, (int)LabSignal.Kill);
            }

            // A program that forked meanwhile; Linux 5.14.
            if (File.Exists(System.IO.Path.Combine(Path, "cgroup.kill")))
            {
                File.WriteAllText(System.IO.Path.Combine(Path, "cgroup.kill"), "1");
            }
        }
        catch (IOException)
        {
            // Somebody else removes one of them at this moment; whoever waits for an end looks again.
        }
    }

    /// <summary>Kills what is in it, and removes it with those below.</summary>
    public void Remove()
    {
        // A program that ended may be there a moment longer, and one that was just started may join only now.
        Wait.Until(
            () =>
            {
                Kill();
                return TryRemove();
            },
            $"{Path} to go"
        );
    }

    // Files of a cgroup cannot be deleted: it goes by rmdir, those below first.
    private bool TryRemove()
    {
        try
        {
            foreach (
                var below in Directory
                    .EnumerateDirectories(Path, "*", SearchOption.AllDirectories)
                    .OrderByDescending(path => path.Length)
                    .Append(Path)
            )
            {
                _ = Libc.rmdir(below);
            }
        }
        catch (IOException)
        {
            // Somebody else was quicker with one of them.
        }

        return !Directory.Exists(Path);
    }

    private static string? FindRoot()
    {
        var mounts = File.Exists("/proc/self/mounts") ? File.ReadLines("/proc/self/mounts") : [];
        var path = mounts
            .Select(line => line.Split(' '))
            .Where(mount => mount.Length > 2 && mount[2] == "cgroup2")
            .Select(mount => mount[1])
            .FirstOrDefault();
        return path is not null && Environment.IsPrivilegedProcess ? path : null;
    }

    private IEnumerable<int> Processes() =>
        Directory
            .EnumerateFiles(Path, "cgroup.procs", SearchOption.AllDirectories)
            .SelectMany(File.ReadLines)
            .Select(line => int.Parse(line, CultureInfo.InvariantCulture))
            // 0 is one that this process cannot see; to kill(2) it would be this process's own group.
            .Where(process => process > 0);
}
