using NetMon.Agent.Options;
using NetMon.Diagnosis;

namespace NetMon.Tests.Diagnosis;

/// <summary>A host as the kernel describes it, in files of a test's own.</summary>
internal sealed class FakeHost : IDisposable
{
    private const string Bpffs = "30 24 0:27 / /sys/fs/bpf rw,nosuid - bpf bpf rw,mode=700";

    private readonly string _root = Directory.CreateTempSubdirectory("netmon-host").FullName;

    /// <summary>A healthy one.</summary>
    public FakeHost()
    {
        Proc("self/status", "Name:\tnetmon\nCapEff:\t000001ffffffffff\n");
        Proc("self/mountinfo", $"24 1 0:22 / /run rw - tmpfs tmpfs rw\n{Bpffs}\n");
        Proc("self/cgroup", "0::/kubepods/netmon\n");
        Proc("self/limits", "Max locked memory         8388608              8388608              bytes\n");
        Proc(
            "net/route",
            "Iface\tDestination\n" + "eth0\t00000000\t0102090A\t0003\t0\t0\t100\t00000000\t0\t0\t0\n"
        );
        Proc("meminfo", "MemTotal: 8000000 kB\nMemAvailable:    4000000 kB\n");
        Sys("kernel/btf/vmlinux", "\x9f\xeb\x01");
        File.WriteAllBytes(Path.Combine(Paths.Sys, "kernel/btf/vmlinux"), [0x9f, 0xeb, 1, 0]);
        Options.State.Directory = Path.Combine(_root, "run");
    }

    public HostPaths Paths => new() { Proc = Path.Combine(_root, "proc"), Sys = Path.Combine(_root, "sys") };

    public AgentOptions Options { get; } = new();

    public HostScene Scene => new(Options, Paths);

    public void Proc(string path, string text) => Write(Path.Combine(Paths.Proc, path), text);

    public void Sys(string path, string text) => Write(Path.Combine(Paths.Sys, path), text);

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private static void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
