using Microsoft.Extensions.Logging;
using NetMon.Agent.Logging;
using NetMon.Agent.Options;
using NetMon.Bpf;
using NetMon.Bpf.Attaching;

namespace NetMon.Agent.Interfaces;

/// <summary>The flow programs, in the network namespace of the thread that made this.</summary>
internal sealed class KernelInterfaceHooks : IInterfaceHooks
{
    private readonly FlowProgram _program;
    private readonly IAttacher _attacher;

    /// <summary>Removes what a killed agent left behind, too.</summary>
    /// <exception cref="BpfException">This way of attaching is not to be had, or privileges are missing.</exception>
    public KernelInterfaceHooks(FlowProgram program, AttachMode mode, ILogger logger)
    {
        _program = program;
        _attacher = Attacher.Open(program, Method(mode));
        AgentLog.AttachMethod(logger, _attacher.Method);
        var removed = _attacher.CleanUp();
        if (removed > 0)
        {
            AgentLog.LeftoversRemoved(logger, removed);
        }
    }

    public void Set(int ifindex, InterfaceKind kind, ulong sinceNs) =>
        _program.SetInterface(ifindex, kind, sinceNs);

    public void Remove(int ifindex) => _program.RemoveInterface(ifindex);

    public IDisposable Attach(int ifindex, LinkLayer link) => _attacher.Attach(ifindex, link);

    public void Dispose() => _attacher.Dispose();

    private static AttachMethod Method(AttachMode mode) =>
        mode switch
        {
            AttachMode.Tcx => AttachMethod.Tcx,
            AttachMode.Clsact => AttachMethod.Clsact,
            _ => AttachMethod.Auto,
        };
}
