using Microsoft.Extensions.Logging;
using NetMon.Agent.Logging;
using NetMon.Agent.Options;
using NetMon.Bpf;
using NetMon.Bpf.Attaching;
using NetMon.Bpf.Pinning;

namespace NetMon.Agent.Interfaces;

/// <summary>The flow programs, in the network namespace of the thread that made this.</summary>
internal sealed class KernelInterfaceHooks : IInterfaceHooks
{
    private readonly FlowProgram _program;
    private readonly IAttacher _attacher;

    private readonly bool _pinned;
    private readonly ILogger _logger;

    /// <summary>Removes what a killed agent left behind, too, where it cannot be taken over.</summary>
    /// <exception cref="BpfException">This way of attaching is not to be had, or privileges are missing.</exception>
    public KernelInterfaceHooks(FlowProgram program, PinDirectory? pins, AttachMode mode, ILogger logger)
    {
        _program = program;
        _pinned = pins is not null;
        _logger = logger;
        _attacher = Attacher.Open(program, Method(mode), pins);
        AgentLog.AttachMethod(logger, _attacher.Method);
        if (!_pinned)
        {
            LogRemoved(_attacher.CleanUp());
        }
    }

    // Where programs are at work already, observation goes on from when it began.
    public void Set(int ifindex, InterfaceKind kind, ulong sinceNs)
    {
        if (_program.KindOf(ifindex) != kind || !_attacher.Holds(ifindex))
        {
            _program.SetInterface(ifindex, kind, sinceNs);
        }
    }

    public void Remove(int ifindex) => _program.RemoveInterface(ifindex);

    public IDisposable Attach(int ifindex, LinkLayer link) => _attacher.Attach(ifindex, link);

    public void Leave(IEnumerable<IDisposable> attachments)
    {
        foreach (var attachment in attachments.OfType<Attachment>())
        {
            attachment.Release();
        }
    }

    public void RemoveOthers(IReadOnlySet<int> attached)
    {
        if (_pinned)
        {
            LogRemoved(_attacher.RemoveOthers(attached));
            _program.RemoveOtherInterfaces(attached);
        }
    }

    public void Dispose() => _attacher.Dispose();

    private void LogRemoved(int count)
    {
        if (count > 0)
        {
            AgentLog.LeftoversRemoved(_logger, count);
        }
    }

    private static AttachMethod Method(AttachMode mode) =>
        mode switch
        {
            AttachMode.Tcx => AttachMethod.Tcx,
            AttachMode.Clsact => AttachMethod.Clsact,
            _ => AttachMethod.Auto,
        };
}
