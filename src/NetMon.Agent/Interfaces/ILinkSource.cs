using System.Collections.Immutable;
using NetMon.Bpf;
using NetMon.Bpf.Netlink;

namespace NetMon.Agent.Interfaces;

/// <summary>The interfaces that there are: the kernel's, or a test's.</summary>
internal interface ILinkSource : IDisposable
{
    /// <summary>A snapshot, by index.</summary>
    ImmutableDictionary<int, NetworkLink> Links { get; }

    /// <summary>Returns when the observer was told of the interfaces that are there.</summary>
    /// <exception cref="BpfException">They cannot be listed.</exception>
    void Start();
}

internal sealed class KernelLinkSource(ILinkObserver observer) : ILinkSource
{
    private readonly LinkWatcher _watcher = new(new LinkWatcherOptions(), observer);

    public ImmutableDictionary<int, NetworkLink> Links => _watcher.Links;

    public void Start() => _watcher.Start();

    public void Dispose() => _watcher.Dispose();
}
