using NetMon.Agent.Memory;
using NetMon.Agent.Options;

namespace NetMon.Agent.Tests.Memory;

public sealed class MemoryLimitTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("netmon-cgroup-").FullName;
    private readonly AgentOptions _options = new();

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void What_is_set_counts()
    {
        _options.Resources.MemoryLimit = 123 << 20;
        Write("memory.max", "100000000");
        Assert.Equal(123 << 20, Find("0::/").Bytes);
    }

    [Fact]
    public void Without_a_limit_there_is_none()
    {
        Assert.Null(Find("0::/").Bytes);
        Write("memory.max", "max\n");
        Write("a/memory.max", "max\n");
        Assert.Null(Find("0::/a").Bytes);
    }

    [Fact]
    public void The_tightest_cgroup_counts_without_the_kernels_maps()
    {
        _options.Flow.MaxFlows = 100_000;
        _options.Resources.Maps.EventBufferBytes = 1 << 20;
        Write("a/memory.max", $"{600 << 20}\n");
        Write("a/memory.high", $"{500 << 20}\n");
        Write("a/b/memory.max", "max\n");

        Assert.Equal((long)(((500L << 20) - (100_000 * 512) - (1 << 20)) * 0.9), Find("0::/a/b").Bytes);
    }

    [Fact]
    public void There_is_always_room_for_the_program_itself()
    {
        Write("memory.max", $"{32 << 20}\n");
        Assert.Equal(MemoryLimit.Least, Find("0::/").Bytes);
    }

    private MemoryLimit Find(string self)
    {
        Write("self", $"12:cpu:/old\n{self}\n");
        return MemoryLimit.Find(_options, _root, Path.Combine(_root, "self"));
    }

    private void Write(string file, string text)
    {
        var path = Path.Combine(_root, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
