namespace NetMon.Bpf.Tests;

/// <summary>Small BPF programs of the tests, compiled as the product's are.</summary>
internal static class TestObjects
{
    private static readonly Lock Gate = new();
    private static readonly Lazy<string> Folder = new(() =>
    {
        var folder = Directory.CreateTempSubdirectory("nm-bpf-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        return folder;
    });

    /// <param name="source">Relative to this project.</param>
    /// <returns>The file of the compiled object.</returns>
    public static string Compile(string source)
    {
        var repository = Repository();
        var output = TemporaryFile(Path.GetFileNameWithoutExtension(source) + ".o");
        lock (Gate)
        {
            string[] arguments =
            [
                .. "-target bpf -mcpu=v3 -O2 -g -Wall -Werror".Split(' '),
                "-isystem",
                "/usr/include/x86_64-linux-gnu",
                "-I",
                Path.Combine(repository, "bpf"),
                "-c",
                Path.Combine(repository, "tests/NetMon.Bpf.Tests", source),
                "-o",
                output,
            ];
            Shell.Run("clang", arguments);
            return output;
        }
    }

    /// <summary>A file that is gone after the tests.</summary>
    public static string TemporaryFile(string name) => Path.Combine(Folder.Value, name);

    private static string Repository()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "NetMon.slnx")))
        {
            folder =
                Path.GetDirectoryName(folder)
                ?? throw new InvalidOperationException("the tests run outside of the repository");
        }

        return folder;
    }
}
