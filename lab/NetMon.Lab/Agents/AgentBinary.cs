using NetMon.Lab.Machines;

namespace NetMon.Lab.Agents;

/// <summary>Where the netmon executable under test is.</summary>
public static class AgentBinary
{
    public const string Variable = "NETMON_BIN";

    /// <summary>
    /// The file that <see cref="Variable"/> names; without it the newest of what ./build and dotnet build made.
    /// </summary>
    /// <exception cref="LabException">There is none.</exception>
    public static string Find()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } chosen)
        {
            return File.Exists(chosen)
                ? Path.GetFullPath(chosen)
                : throw new LabException($"{Variable}: no file {chosen}");
        }

        var root = RepositoryRoot();
        string[] candidates =
        [
            Path.Combine(root, "out/netmon"),
            Path.Combine(root, "src/NetMon/bin/Release/net10.0/netmon"),
            Path.Combine(root, "src/NetMon/bin/Debug/net10.0/netmon"),
        ];
        return candidates.Where(File.Exists).MaxBy(Written)
            ?? throw new LabException($"no netmon executable: none of {string.Join(", ", candidates)}");
    }

    /// <summary>The folder with the solution.</summary>
    public static string RepositoryRoot()
    {
        for (var at = AppContext.BaseDirectory; at is not null; at = Path.GetDirectoryName(at))
        {
            if (File.Exists(Path.Combine(at, "NetMon.slnx")))
            {
                return at;
            }
        }

        throw new LabException($"no NetMon.slnx above {AppContext.BaseDirectory}");
    }

    // Of a build for development the executable is only a host: what counts is the assemblies beside it.
    private static DateTime Written(string path) =>
        Directory
            .EnumerateFiles(Path.GetDirectoryName(path)!, "*etmon*")
            .Concat(Directory.EnumerateFiles(Path.GetDirectoryName(path)!, "NetMon*.dll"))
            .Max(File.GetLastWriteTimeUtc);
}
