namespace NetMon.Bpf.Attaching;

/// <summary>How programs are hooked into an interface.</summary>
public enum AttachMethod
{
    /// <summary>TCX links where the kernel has them, else clsact filters.</summary>
    Auto,

    /// <summary>TCX links, first in line. They vanish with the process, unless they are pinned.</summary>
    Tcx,

    /// <summary>Direct-action filters at an interface's clsact qdisc, which is made where there is none.</summary>
    Clsact,
}

/// <summary>Attaches the flow programs to interfaces. Its calls, and making it, belong on threads of the same network namespace; one at a time.</summary>
public interface IAttacher : IDisposable
{
    /// <summary>What it uses: Tcx or Clsact.</summary>
    AttachMethod Method { get; }

    /// <summary>Attaches to both hooks of an interface, or to neither.</summary>
    /// <param name="ifindex">The interface.</param>
    /// <param name="link">Which programs.</param>
    /// <exception cref="BpfException">The kernel refused; <see cref="BpfException.IsGone"/>: the interface has vanished.</exception>
    /// <exception cref="ArgumentException">There are no programs for this link layer.</exception>
    Attachment Attach(int ifindex, LinkLayer link);

    /// <summary>Whether programs of an earlier process are at both hooks of the interface, for <see cref="Attach"/> to put the new ones in their place.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    bool Holds(int ifindex);

    /// <summary>Removes what earlier processes left at other interfaces than these, pinned links and filters; nothing of a living process, nor of anybody else.</summary>
    /// <returns>Links and filters removed.</returns>
    /// <exception cref="BpfException">The kernel refused.</exception>
    int RemoveOthers(IReadOnlySet<int> attached);

    /// <summary>Removes what a killed process of ours left at any interface, and nothing else.</summary>
    /// <returns>Filters removed.</returns>
    /// <exception cref="BpfException">The kernel refused.</exception>
    int CleanUp();
}

/// <summary>The programs at an interface; disposing detaches them, also after the interface has vanished.</summary>
public abstract class Attachment(int ifindex, bool first, bool adopted) : IDisposable
{
    public int InterfaceIndex => ifindex;

    /// <summary>False if another program runs before ours, which then does not see what that one takes or drops.</summary>
    public bool First => first;

    /// <summary>Both programs took the place of an earlier process's, without a packet in between.</summary>
    public bool Adopted => adopted;

    /// <summary>Lets go without detaching, for the process that comes next: where pins hold the programs, they stay.</summary>
    public abstract void Release();

    public void Dispose()
    {
        Detach();
        GC.SuppressFinalize(this);
    }

    /// <exception cref="BpfException">The kernel refused.</exception>
    protected abstract void Detach();
}
