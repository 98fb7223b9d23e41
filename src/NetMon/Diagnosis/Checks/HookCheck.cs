using NetMon.Bpf.Probing;
using NetMon.Core.Diagnosis;

namespace NetMon.Diagnosis.Checks;

/// <summary>A hook that programs of ours use: tried with a program that does nothing.</summary>
/// <param name="hook">Which.</param>
/// <param name="use">What it is for.</param>
/// <param name="without">What is lost without it; null: the agent does not start.</param>
internal sealed class HookCheck(KernelHook hook, string use, string? without) : HostCheck($"hook {hook.Name}")
{
    private const string Advice =
        "see the lines above for capabilities and BTF; if they pass, this kernel lacks the hook or a security policy refuses it";

    public static IReadOnlyList<HookCheck> All { get; } =
    [
        new(KernelHook.TrafficControl, "packet programs", without: null),
        new(
            KernelHook.Tcx,
            "attaching without others' interference",
            "clsact filters are used, which others may come before"
        ),
        new(KernelHook.MapIterator, "reading the flow map", without: null),
        new(KernelHook.Drops, "drops", "the raw tracepoint is used instead"),
        new(
            KernelHook.RawDrops,
            "drops on kernels without typed tracepoints",
            "drops are not seen where the typed one is missing, too"
        ),
        new(KernelHook.SocketStates, "processes of connections", "processes and containers are not known"),
        new(KernelHook.FileIterator, "processes of older sockets", "processes and containers are not known"),
        new(
            KernelHook.SocketOperations,
            "processes before a connection is established",
            "processes are known only once their connections are established"
        ),
        new(KernelHook.UdpBind, "processes of UDP sockets", UdpLost),
        new(KernelHook.UdpSend, "processes of UDP sockets", UdpLost),
        new(KernelHook.SocketRelease, "the end of UDP sockets", UdpLost),
    ];

    private const string UdpLost = "UDP sockets that live for less than a walk are not known";

    public override IEnumerable<Finding> Run(HostScene scene)
    {
        yield return HookProbe.Try(hook) is not { } problem ? Pass($"works: {use}")
        : without is null ? Fail($"{problem}: needed for {use}", Advice)
        : Warn($"{problem}: without it, {without}", Advice);
    }
}
