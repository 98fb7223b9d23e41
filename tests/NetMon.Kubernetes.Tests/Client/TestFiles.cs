namespace NetMon.Kubernetes.Tests.Client;

/// <summary>A directory of a test's own.</summary>
internal sealed class TestFiles : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("netmon-test-");

    public string Root => _root.FullName;

    /// <summary>Writes a file, directories included; answers its path.</summary>
    public string Write(string name, string text)
    {
        var path = Path.Combine(Root, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>A script that can be run.</summary>
    public string WriteScript(string name, string text)
    {
        var path = Write(name, "#!/bin/sh\n" + text);
#pragma warning disable CA1416 // Everything here runs on Linux.
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
#pragma warning restore CA1416
        return path;
    }

    public void Dispose() => _root.Delete(recursive: true);
}
