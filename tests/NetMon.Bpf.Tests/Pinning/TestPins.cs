using NetMon.Bpf.Pinning;

namespace NetMon.Bpf.Tests.Pinning;

/// <summary>A directory of the BPF file system for one test, with nothing in it afterwards.</summary>
internal sealed class TestPins : IDisposable
{
    public TestPins() => Privileges.Require();

    public string Directory { get; } = $"/sys/fs/bpf/nm-bpf-{Guid.NewGuid():n}";

    /// <summary>For the network namespace of the calling thread.</summary>
    public PinDirectory Open() => PinDirectory.Open(Directory) ?? throw new InvalidOperationException("held");

    /// <summary>What is pinned, relative to the network namespace's directory.</summary>
    public IEnumerable<string> Names =>
        System
            .IO.Directory.EnumerateFiles(Directory, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Directory, path))
            .Select(path => path[(path.IndexOf('/') + 1)..])
            .Order(StringComparer.Ordinal);

    public void Dispose()
    {
        if (System.IO.Directory.Exists(Directory))
        {
            System.IO.Directory.Delete(Directory, recursive: true);
        }
    }
}
