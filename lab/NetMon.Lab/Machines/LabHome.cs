namespace NetMon.Lab.Machines;

/// <summary>
/// What a cluster leaves on its machine, all of it under one name: network namespaces, a cgroup with every program it starts, a folder.
/// Gone on <see cref="Dispose"/>; what a killed run left goes when the next cluster is made.
/// </summary>
public sealed class LabHome : IDisposable
{
    private static readonly Lock CleanUpOnce = new();

    public LabHome()
    {
        lock (CleanUpOnce)
        {
            RemoveLeftovers();
            Name = LabName.Next(LabName.Cluster);
        }

        Folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), Name)).FullName;
        Cgroup = ControlGroup.Create(Name);
        Machines = new LabNetwork(Name);
    }

    /// <summary>What everything's name begins with.</summary>
    public string Name { get; }

    /// <summary>For files of programs: settings, logs.</summary>
    public string Folder { get; }

    /// <summary>Parent of the cgroups of all programs; null where there is no cgroup v2.</summary>
    public ControlGroup? Cgroup { get; }

    public LabNetwork Machines { get; }

    /// <summary>Removes what clusters left whose process is gone. Never anything else.</summary>
    /// <returns>The names of those clusters.</returns>
    public static IReadOnlyList<string> RemoveLeftovers()
    {
        lock (CleanUpOnce)
        {
            var cgroups = ControlGroup.Leftovers();
            var folders = Directory
                .EnumerateDirectories(Path.GetTempPath(), LabName.Cluster + "*")
                .Where(path => LabName.IsLeftover(Path.GetFileName(path), LabName.Cluster))
                .ToArray();

            // Programs first: they hold on to the rest.
            foreach (var cgroup in cgroups)
            {
                cgroup.Remove();
            }

            var namespaces = LabNetwork.RemoveLeftovers(LabName.Cluster);
            Array.ForEach(folders, RemoveFolder);

            return
            [
                .. cgroups
                    .Select(cgroup => cgroup.Name)
                    .Concat(folders.Select(path => Path.GetFileName(path)))
                    .Concat(namespaces.Select(name => LabName.LabOf(name, LabName.Cluster)))
                    .Distinct(StringComparer.Ordinal),
            ];
        }
    }

    public void Dispose()
    {
        Cgroup?.Remove();
        Machines.Dispose();
        RemoveFolder(Folder);
    }

    // Another process may clean up as well. Where there is no cgroup to wait for, the last of the programs may write for a moment yet.
    private static void RemoveFolder(string folder) =>
        Wait.Until(
            () =>
            {
                try
                {
                    Directory.Delete(folder, recursive: true);
                    return true;
                }
                catch (DirectoryNotFoundException)
                {
                    return !Directory.Exists(folder);
                }
                catch (IOException)
                {
                    return false;
                }
            },
            $"{folder} to go"
        );
}
