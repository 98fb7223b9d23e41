using NetMon.Bpf.Interop;

namespace NetMon.Bpf.Attaching;

/// <summary>Attaches with direct-action filters of our own at clsact qdiscs (kernel 4.5). They outlive a killed process, hence <see cref="CleanUp"/>.</summary>
/// <remarks>Only filters whose name says that they are ours are ever removed, and a qdisc only if one of ours made it and nothing is left at it.</remarks>
internal sealed class ClsactAttacher : IAttacher
{
    /// <summary>A priority can be taken between our look at it and our filter.</summary>
    private const int MaxAttempts = 4;

    private static readonly Hook[] Hooks = [Hook.Ingress, Hook.Egress];

    private readonly FlowProgram _program;
    private readonly TrafficControl _control = new();
    private readonly FilterOwner _owner = new();

    /// <exception cref="BpfException">Privileges are missing.</exception>
    public ClsactAttacher(FlowProgram program) => _program = program;

    public AttachMethod Method => AttachMethod.Clsact;

    public Attachment Attach(int ifindex, LinkLayer link)
    {
        _ = _program.Program(link, Hook.Ingress);
        var withQdisc = _control.CreateClsact(ifindex) || HasQdiscOfOurs(ifindex);
        try
        {
            var first = true;
            foreach (var hook in Hooks)
            {
                var name = new FilterName(FlowProgram.NameOf(link, hook), _owner.Number, withQdisc);
                first &= Add(ifindex, hook, _program.Program(link, hook), name);
            }

            return new ClsactAttachment(this, ifindex, first);
        }
        catch
        {
            Remove(ifindex, IsMine);
            if (withQdisc)
            {
                DeleteQdiscIfEmpty(ifindex);
            }

            throw;
        }
    }

    public int CleanUp()
    {
        var removed = 0;
        foreach (var ifindex in _control.ListClsactInterfaces())
        {
            removed += Remove(ifindex, name => !FilterOwner.IsAlive(name.Owner));
        }

        return removed;
    }

    public void Dispose()
    {
        _owner.Dispose();
        _control.Dispose();
    }

    private bool IsMine(FilterName name) => name.Owner == _owner.Number;

    /// <summary>Whether another process of ours, dead or alive, made the qdisc: the last one removes it.</summary>
    private bool HasQdiscOfOurs(int ifindex)
    {
        foreach (var hook in Hooks)
        {
            foreach (var filter in _control.ListFilters(ifindex, hook))
            {
                if (FilterName.TryParse(filter.Name, out var name) && name.WithQdisc)
                {
                    return true;
                }
            }
        }

        return false;
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

    /// <returns>Filters removed.</returns>
    private int Remove(int ifindex, Predicate<FilterName> which)
    {
        var removed = 0;
        var withQdisc = false;
        foreach (var hook in Hooks)
        {
            foreach (var filter in _control.ListFilters(ifindex, hook))
            {
                if (!FilterName.TryParse(filter.Name, out var name) || !which(name))
                {
                    continue;
                }

                var error = _control.DeleteFilter(ifindex, hook, in filter, out var detail);
                if (error is not (0 or Errno.ENOENT or Errno.ENODEV))
                {
                    throw new BpfException($"remove {filter.Name} from interface {ifindex}", error, detail);
                }

                removed++;
                withQdisc |= name.WithQdisc;
            }
        }

        if (withQdisc)
        {
            DeleteQdiscIfEmpty(ifindex);
        }

        return removed;
    }

    private void DeleteQdiscIfEmpty(int ifindex)
    {
        foreach (var hook in Hooks)
        {
            if (_control.ListFilters(ifindex, hook).Count > 0)
            {
                return;
            }
        }

        _control.DeleteClsact(ifindex);
    }

    private sealed class ClsactAttachment(ClsactAttacher attacher, int ifindex, bool first)
        : Attachment(ifindex, first)
    {
        private bool _detached;

        protected override void Detach()
        {
            if (!_detached)
            {
                _detached = true;
                attacher.Remove(InterfaceIndex, attacher.IsMine);
            }
        }
    }
}
