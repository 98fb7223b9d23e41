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

    /// <summary>The product's flow programs with another text in one of their files.</summary>
    /// <param name="file">Relative to the folder bpf.</param>
    /// <param name="changes">Texts that are there, and what takes their place.</param>
    public static byte[] CompileVariant(string file, params (string Before, string After)[] changes) =>
        CompileVariantOf("flows.bpf.c", file, changes);

    /// <summary>As <see cref="CompileVariant"/>, of other programs.</summary>
    /// <param name="source">Relative to the folder bpf.</param>
    /// <param name="file">As above.</param>
    /// <param name="changes">As above.</param>
    public static byte[] CompileVariantOf(
        string source,
        string file,
        params (string Before, string After)[] changes
    )
    {
        var sources = Path.Combine(Repository(), "bpf");
        var folder = TemporaryFile($"variant-{Guid.NewGuid():n}");
        foreach (var path in Directory.EnumerateFiles(sources, "*.h", SearchOption.AllDirectories))
        {
            Copy(Path.GetRelativePath(sources, path));
        }

        Copy(source);
        var text = File.ReadAllText(Path.Combine(folder, file));
        foreach (var (before, after) in changes)
        {
            Assert.Contains(before, text, StringComparison.Ordinal);
            text = text.Replace(before, after, StringComparison.Ordinal);
        }

        File.WriteAllText(Path.Combine(folder, file), text);
        var output = Path.Combine(folder, "variant.o");
        string[] arguments =
        [
            .. "-target bpf -D__TARGET_ARCH_x86 -mcpu=v3 -O2 -g -std=gnu11".Split(' '),
            "-isystem",
            "/usr/include/x86_64-linux-gnu",
            "-c",
            Path.Combine(folder, source),
            "-o",
            output,
        ];
        Shell.Run("clang", arguments);
        return File.ReadAllBytes(output);

        void Copy(string relative)
        {
            var target = Path.Combine(folder, relative);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(Path.Combine(sources, relative), target);
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
