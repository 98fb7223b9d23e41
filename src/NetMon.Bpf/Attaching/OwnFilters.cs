namespace NetMon.Bpf.Attaching;

/// <summary>The clsact filters that processes of ours made, dead or alive, in the network namespace of the calling thread.</summary>
/// <remarks>Only filters whose name says that they are ours are ever removed, and a qdisc only if one of ours made it and nothing is left at it.</remarks>
internal sealed class OwnFilters(TrafficControl control)
{
    public static readonly Hook[] Hooks = [Hook.Ingress, Hook.Egress];

    /// <summary>Of processes that have ended.</summary>
    public static bool IsLeft(FilterName name) => !FilterOwner.IsAlive(name.Owner);

    /// <returns>The filters of dead processes at a hook.</returns>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public List<TrafficFilter> FindLeft(int ifindex, Hook hook) =>
        control
            .ListFilters(ifindex, hook)
            .FindAll(filter => FilterName.TryParse(filter.Name, out var name) && IsLeft(name));

    /// <summary>Whether another process of ours, dead or alive, made the qdisc: the last one removes it.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public bool HaveQdisc(int ifindex)
    {
        foreach (var hook in Hooks)
        {
            foreach (var filter in control.ListFilters(ifindex, hook))
            {
                if (FilterName.TryParse(filter.Name, out var name) && name.WithQdisc)
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>Removes what dead processes left.</summary>
    /// <returns>What was removed: the interface and the filter's name.</returns>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public List<(int InterfaceIndex, Hook Hook, FilterName Name)> RemoveLeft()
    {
        var removed = new List<(int, Hook, FilterName)>();
        foreach (var ifindex in control.ListClsactInterfaces())
        {
            foreach (var (hook, name) in Remove(ifindex, IsLeft))
            {
                removed.Add((ifindex, hook, name));
            }
        }

        return removed;
    }

    /// <returns>What was removed.</returns>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public List<(Hook Hook, FilterName Name)> Remove(int ifindex, Predicate<FilterName> which)
    {
        var removed = new List<(Hook, FilterName)>();
        foreach (var hook in Hooks)
        {
            foreach (var filter in control.ListFilters(ifindex, hook))
            {
                if (!FilterName.TryParse(filter.Name, out var name) || !which(name))
                {
                    continue;
                }

                var error = control.DeleteFilter(ifindex, hook, in filter, out var detail);
                if (error is not (0 or Interop.Errno.ENOENT or Interop.Errno.ENODEV))
                {
                    throw new BpfException($"remove {filter.Name} from interface {ifindex}", error, detail);
                }

                removed.Add((hook, name));
            }
        }

        if (removed.Exists(each => each.Item2.WithQdisc))
        {
            DeleteQdiscIfEmpty(ifindex);
        }

        return removed;
    }

    /// <exception cref="BpfException">The kernel refused.</exception>
    public void DeleteQdiscIfEmpty(int ifindex)
    {
        foreach (var hook in Hooks)
        {
            if (control.ListFilters(ifindex, hook).Count > 0)
            {
                return;
            }
        }

        control.DeleteClsact(ifindex);
    }
}
