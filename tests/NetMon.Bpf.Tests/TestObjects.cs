namespace NetMon.Bpf.Tests;

/// <summary>Small BPF programs of the tests, compiled as the product's are.</summary>
internal static class TestObjects
{
    private static readonly Lock Gate = new();

    /// <param name="source">Relative to this project.</param>
    /// <returns>The file of the compiled object.</returns>
    public static string Compile(string source)
    {
        Skip.IfNot(Environment.IsPrivilegedProcess, "loading BPF programs needs root");
        var repository = Repository();
        var output = Path.Combine(AppContext.BaseDirectory, Path.GetFileNameWithoutExtension(source) + ".o");
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
