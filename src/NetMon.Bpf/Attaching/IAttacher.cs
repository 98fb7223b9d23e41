namespace NetMon.Bpf.Attaching;

/// <summary>How programs are hooked into an interface.</summary>
public enum AttachMethod
{
    /// <summary>TCX links where the kernel has them, else clsact filters.</summary>
    Auto,

    /// <summary>TCX links, first in line. They vanish with the process.</summary>
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

    /// <summary>Removes what a killed process of ours left at any interface, and nothing else.</summary>
    /// <returns>Filters removed.</returns>
    /// <exception cref="BpfException">The kernel refused.</exception>
    int CleanUp();
}

/// <summary>The programs at an interface; disposing detaches them, also after the interface has vanished.</summary>
public abstract class Attachment(int ifindex, bool first) : IDisposable
{
    public int InterfaceIndex => ifindex;

    /// <summary>False if another program runs before ours, which then does not see what that one takes or drops.</summary>
    public bool First => first;

    public void Dispose()
    {
        Detach();
        GC.SuppressFinalize(this);
    }

    /// <exception cref="BpfException">The kernel refused.</exception>
    protected abstract void Detach();
}
