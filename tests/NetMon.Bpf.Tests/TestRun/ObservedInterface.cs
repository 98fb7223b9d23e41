using System.Diagnostics;
using NetMon.Lab.Machines;
using NetMon.Testing.Namespaces;

namespace NetMon.Bpf.Tests.TestRun;

/// <summary>
/// A real interface of the calling thread's network namespace (use <see cref="PrivateNetwork"/>), made known to the programs. Test-run wants
/// interfaces that exist.
/// </summary>
internal sealed class ObservedInterface : IDisposable
{
    private static int _count;

    private readonly KernelRun _run;
    private readonly string _name;

    public ObservedInterface(KernelRun run, InterfaceKind kind)
    {
        _run = run;
        _name = $"nmt{Interlocked.Increment(ref _count)}";
        Command.Run("ip", "link", "add", _name, "type", "veth", "peer", "name", $"{_name}p");
        Ifindex = InterfaceIndex.Of(_name);
        Observe(kind);
    }

    public int Ifindex { get; }

    /// <summary>CLOCK_MONOTONIC, as the kernel's programs read it.</summary>
    public static ulong NowNs => (ulong)(Stopwatch.GetTimestamp() * (1_000_000_000.0 / Stopwatch.Frequency));

    public void Observe(InterfaceKind kind) => _run.Program.SetInterface(Ifindex, kind, NowNs);

    /// <summary>As the agent does when the interface is gone.</summary>
    public void Forget() => _run.Program.RemoveInterface(Ifindex);

    public void Dispose() => Command.Run("ip", "link", "delete", _name);
}
