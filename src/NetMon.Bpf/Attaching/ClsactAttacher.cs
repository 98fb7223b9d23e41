using NetMon.Bpf.Interop;
using NetMon.Bpf.Pinning;

namespace NetMon.Bpf.Attaching;

/// <summary>Attaches with direct-action filters of our own at clsact qdiscs (kernel 4.5). They outlive a killed process, hence <see cref="CleanUp"/>.</summary>
internal sealed class ClsactAttacher : IAttacher
{
    /// <summary>A priority can be taken between our look at it and our filter.</summary>
    private const int MaxAttempts = 4;

    private readonly FlowProgram _program;
    private readonly TrafficControl _control = new();
    private readonly FilterOwner _owner = new();
    private readonly OwnFilters _filters;

    private readonly LinkPins? _pins;

    /// <param name="program">What is attached.</param>
    /// <param name="pins">Null: what an earlier process left is not taken over, and nothing is to outlive this one.</param>
    /// <exception cref="BpfException">Privileges are missing.</exception>
    public ClsactAttacher(FlowProgram program, PinDirectory? pins = null)
    {
        _program = program;
        _filters = new OwnFilters(_control);
        _pins = pins is null ? null : new LinkPins(pins);
    }

    public AttachMethod Method => AttachMethod.Clsact;

    public bool Holds(int ifindex) =>
        _pins is not null
        && Array.TrueForAll(OwnFilters.Hooks, hook => _filters.FindLeft(ifindex, hook).Count > 0);

    public Attachment Attach(int ifindex, LinkLayer link)
    {
        _ = _program.Program(link, Hook.Ingress);
        DetachLinks(ifindex);
        var adopted = Holds(ifindex);
        var withQdisc = _control.CreateClsact(ifindex) || _filters.HaveQdisc(ifindex);
        try
        {
            var first = true;
            foreach (var hook in OwnFilters.Hooks)
            {
                var name = new FilterName(FlowProgram.NameOf(link, hook), _owner.Number, withQdisc);
                first &=
                    TryReplace(ifindex, hook, _program.Program(link, hook), name)
                    ?? Add(ifindex, hook, _program.Program(link, hook), name);
            }

            return new ClsactAttachment(this, ifindex, first, adopted);
        }
        catch
        {
            _filters.Remove(ifindex, IsMine);
            if (withQdisc)
            {
                _filters.DeleteQdiscIfEmpty(ifindex);
            }

            throw;
        }
    }

    public int CleanUp() => _filters.RemoveLeft().Count;

    public int RemoveOthers(IReadOnlySet<int> attached)
    {
        var removed = CleanUp();
        foreach (var (ifindex, hook) in _pins?.All ?? [])
        {
            removed += _pins!.Detach(ifindex, hook) ? 1 : 0;
        }

        return removed;
    }

    /// <summary>Removes what dead processes left at one interface.</summary>
    /// <returns>Filters removed.</returns>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public int RemoveLeftovers(int ifindex) => _filters.Remove(ifindex, OwnFilters.IsLeft).Count;

    public void Dispose()
    {
        _owner.Dispose();
        _control.Dispose();
    }

    private bool IsMine(FilterName name) => name.Owner == _owner.Number;

    /// <summary>A packet must not meet the programs twice: links go before filters come, where the way of attaching has changed.</summary>
    private void DetachLinks(int ifindex)
    {
        foreach (var hook in OwnFilters.Hooks)
        {
            _pins?.Detach(ifindex, hook);
        }
    }

    /// <summary>Puts a program in the place of a dead process's, without a packet in between.</summary>
    /// <returns>Whether it runs before all others; null if there is none to replace.</returns>
    private bool? TryReplace(int ifindex, Hook hook, FileDescriptor program, FilterName name)
    {
        if (_pins is null || _filters.FindLeft(ifindex, hook) is not [var first, .. var rest])
        {
            return null;
        }

        var error = _control.ReplaceFilter(ifindex, hook, in first, program, name.ToString(), out _);
        foreach (var filter in error == 0 ? rest : [first, .. rest])
        {
            _ = _control.DeleteFilter(ifindex, hook, in filter, out _);
        }

        return error == 0 ? first.Priority == 1 : null;
    }

    /// <returns>Whether it runs before all others.</returns>
    private bool Add(int ifindex, Hook hook, FileDescriptor program, FilterName name)
    {
        for (var attempt = 1; ; attempt++)
        {
            var priority = FirstPriority(_control.ListFilters(ifindex, hook));
            var error = _control.AddFilter(ifindex, hook, priority, program, name.ToString(), out var detail);
            if (error == 0)
            {
                return priority == 1;
            }

            var taken = error is Errno.EINVAL or Errno.ENOSPC or Errno.EEXIST;
            if (!taken || attempt == MaxAttempts)
            {
                throw new BpfException(
                    $"attach {name.Program} to interface {ifindex} with clsact",
                    error,
                    detail
                );
            }
        }
    }

    /// <summary>The first priority that is free, or has bpf filters for all protocols: ours goes before those.</summary>
    private static ushort FirstPriority(List<TrafficFilter> filters)
    {
        ushort priority = 1;
        foreach (var filter in filters)
        {
            var shared =
                string.Equals(filter.Kind, TrafficControl.Bpf, StringComparison.Ordinal)
                && filter.Protocol == TrafficControl.EtherTypeAll;
            if (filter.Chain == 0 && filter.Priority == priority && !shared)
            {
                priority++;
            }
        }

        return priority;
    }

    private sealed class ClsactAttachment(ClsactAttacher attacher, int ifindex, bool first, bool adopted)
        : Attachment(ifindex, first, adopted)
    {
        private bool _detached;

        // Filters stay by themselves; that their owner is gone tells whoever comes next that they are to be taken over.
        public override void Release() => _detached = true;

        protected override void Detach()
        {
            if (!_detached)
            {
                _detached = true;
                attacher._filters.Remove(InterfaceIndex, attacher.IsMine);
            }
        }
    }
}
