using NetMon.Bpf.Interop;
using NetMon.Bpf.Objects;

namespace NetMon.Bpf.Attaching;

/// <summary>Attaches with TCX links (kernel 6.6, commit e420bed02507), held by descriptors: they vanish with the process.</summary>
/// <remarks>
/// The kernel waits for an RCU grace period at each attachment and detachment of a hook, with the RTNL lock held
/// (tcx_entry_sync): some 18 ms each on a busy machine, one after the other whatever the threads. A clsact filter takes 0.1 ms.
/// </remarks>
internal sealed class TcxAttacher : IAttacher
{
    private readonly FlowProgram _program;

    /// <exception cref="BpfException">The kernel has no TCX, or privileges are missing.</exception>
    public TcxAttacher(FlowProgram program)
    {
        _program = program;
        if (!IsSupported(program))
        {
            throw new BpfException("attach with TCX", 0, "this kernel has no TCX links");
        }
    }

    public AttachMethod Method => AttachMethod.Tcx;

    /// <summary>Tries an interface that cannot exist: a kernel with TCX misses the interface, one without it does not know what is asked for.</summary>
    /// <exception cref="BpfException">Privileges are missing.</exception>
    public static bool IsSupported(FlowProgram program)
    {
        var result = CreateLink(program, int.MaxValue, LinkLayer.Ethernet, Hook.Ingress);
        return result switch
        {
            -Errno.ENODEV => true,
            -Errno.EPERM => throw new BpfException("look for TCX", -result, ""),
            _ => false,
        };
    }

    public Attachment Attach(int ifindex, LinkLayer link)
    {
        var ingress = Link(ifindex, link, Hook.Ingress);
        try
        {
            return new TcxAttachment(ifindex, ingress, Link(ifindex, link, Hook.Egress));
        }
        catch
        {
            BpfLink.Detach(ingress);
            throw;
        }
    }

    /// <remarks>Links leave nothing; the process that was killed may have attached with filters.</remarks>
    public int CleanUp()
    {
        using var filters = new ClsactAttacher(_program);
        return filters.CleanUp();
    }

    public void Dispose() { }

    private FileDescriptor Link(int ifindex, LinkLayer link, Hook hook)
    {
        var result = CreateLink(_program, ifindex, link, hook);
        return result < 0
            ? throw new BpfException(
                $"attach {FlowProgram.NameOf(link, hook)} to interface {ifindex} with TCX",
                -result,
                ""
            )
            : new FileDescriptor(result);
    }

    /// <returns>A descriptor, or -errno.</returns>
    private static int CreateLink(FlowProgram program, int ifindex, LinkLayer link, Hook hook) =>
        // Without a program to come before, BPF_F_BEFORE is the head of the line.
        BpfLink.CreateTcx(program.Program(link, hook), ifindex, hook, Libbpf.BPF_F_BEFORE);

    private sealed class TcxAttachment(int ifindex, FileDescriptor ingress, FileDescriptor egress)
        : Attachment(ifindex, first: true)
    {
        protected override void Detach()
        {
            BpfLink.Detach(ingress);
            BpfLink.Detach(egress);
        }
    }
}
