using NetMon.Bpf;

namespace NetMon.Agent.Interfaces;

/// <summary>What the kernel is told about interfaces. Used by one thread.</summary>
internal interface IInterfaceHooks : IDisposable
{
    /// <summary>Tells the programs how an interface is observed; before <see cref="Attach"/>.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    void Set(int ifindex, InterfaceKind kind, ulong sinceNs);

    /// <summary>Makes the programs forget an interface.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    void Remove(int ifindex);

    /// <returns>Detaches when it is disposed.</returns>
    /// <exception cref="BpfException">The kernel refused.</exception>
    /// <exception cref="ArgumentException">There are no programs for this link layer.</exception>
    IDisposable Attach(int ifindex, LinkLayer link);

    /// <summary>Lets go of what <see cref="Attach"/> gave without detaching.</summary>
    void Leave(IEnumerable<IDisposable> attachments);

    /// <summary>Removes what earlier agents left at other interfaces than these.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    void RemoveOthers(IReadOnlySet<int> attached);
}
