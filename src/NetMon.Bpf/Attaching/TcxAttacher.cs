using NetMon.Bpf.Interop;
using NetMon.Bpf.Objects;
using NetMon.Bpf.Pinning;

namespace NetMon.Bpf.Attaching;

/// <summary>Attaches with TCX links (kernel 6.6, commit e420bed02507), held by descriptors and, where they are to outlive the process, by pins.</summary>
/// <remarks>
/// The kernel waits for an RCU grace period at each attachment and detachment of a hook, with the RTNL lock held
/// (tcx_entry_sync): some 18 ms each on a busy machine, one after the other whatever the threads. A clsact filter takes 0.1 ms,
/// and so does a new program in a link that is there (tcx_link_update).
/// </remarks>
internal sealed class TcxAttacher : IAttacher
{
    private static readonly Hook[] Hooks = [Hook.Ingress, Hook.Egress];

    private readonly FlowProgram _program;
    private readonly LinkPins? _pins;

    /// <param name="program">What is attached.</param>
    /// <param name="pins">Where links stay when the process ends; null: nowhere.</param>
    /// <exception cref="BpfException">The kernel has no TCX, or privileges are missing.</exception>
    public TcxAttacher(FlowProgram program, PinDirectory? pins = null)
    {
        _program = program;
        _pins = pins is null ? null : new LinkPins(pins);
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

    public bool Holds(int ifindex)
    {
        if (_pins is null)
        {
            return false;
        }

        foreach (var hook in Hooks)
        {
            using var link = _pins.TryOpen(ifindex, hook);
            if (link is null)
            {
                return false;
            }
        }

        return true;
    }

    public Attachment Attach(int ifindex, LinkLayer link)
    {
        if (_pins is not null && !Holds(ifindex))
        {
            // The way of attaching has changed: a packet must not meet the programs twice.
            using var filters = new ClsactAttacher(_program);
            filters.RemoveLeftovers(ifindex);
        }

        var ingress = Link(ifindex, link, Hook.Ingress, out var adoptedIngress);
        try
        {
            var egress = Link(ifindex, link, Hook.Egress, out var adoptedEgress);
            return new TcxAttachment(this, ifindex, ingress, egress, adoptedIngress && adoptedEgress);
        }
        catch
        {
            Detach(ingress, ifindex, Hook.Ingress);
            throw;
        }
    }

    /// <remarks>Links leave nothing; the process that was killed may have attached with filters.</remarks>
    public int CleanUp()
    {
        using var filters = new ClsactAttacher(_program);
        return filters.CleanUp();
    }

    public int RemoveOthers(IReadOnlySet<int> attached)
    {
        var removed = CleanUp();
        foreach (var (ifindex, hook) in _pins?.All ?? [])
        {
            if (!attached.Contains(ifindex) && _pins!.Detach(ifindex, hook))
            {
                removed++;
            }
        }

        return removed;
    }

    public void Dispose() { }

    /// <summary>The link that is there gets the new program, without a packet in between; else it is made.</summary>
    private FileDescriptor Link(int ifindex, LinkLayer layer, Hook hook, out bool adopted)
    {
        var link = _pins?.TryOpen(ifindex, hook);
        adopted = link is not null && BpfLink.Update(link, _program.Program(layer, hook)) == 0;
        if (adopted)
        {
            return link!;
        }

        link?.Dispose();
        _pins?.Detach(ifindex, hook);
        var result = CreateLink(_program, ifindex, layer, hook);
        if (result < 0)
        {
            throw new BpfException(
                $"attach {FlowProgram.NameOf(layer, hook)} to interface {ifindex} with TCX",
                -result,
                ""
            );
        }

        link = new FileDescriptor(result);
        _pins?.Keep(link, ifindex, hook);
        return link;
    }

    private void Detach(FileDescriptor link, int ifindex, Hook hook)
    {
        if (!link.IsClosed)
        {
            BpfLink.Detach(link);
            _pins?.Detach(ifindex, hook);
        }
    }

    /// <returns>A descriptor, or -errno.</returns>
    private static int CreateLink(FlowProgram program, int ifindex, LinkLayer link, Hook hook) =>
        // Without a program to come before, BPF_F_BEFORE is the head of the line.
        BpfLink.CreateTcx(program.Program(link, hook), ifindex, hook, Libbpf.BPF_F_BEFORE);

    private sealed class TcxAttachment(
        TcxAttacher attacher,
        int ifindex,
        FileDescriptor ingress,
        FileDescriptor egress,
        bool adopted
    ) : Attachment(ifindex, first: true, adopted)
    {
        public override void Release()
        {
            ingress.Dispose();
            egress.Dispose();
        }

        protected override void Detach()
        {
            attacher.Detach(ingress, InterfaceIndex, Hook.Ingress);
            attacher.Detach(egress, InterfaceIndex, Hook.Egress);
        }
    }
}
