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

/// <param name="observer">Told of the interfaces.</param>
/// <param name="addresses">Told of them, too.</param>
internal sealed class KernelLinkSource(ILinkObserver observer, PodAddressWatch addresses) : ILinkSource
{
    private readonly LinkWatcher _watcher = new(
        new LinkWatcherOptions(),
        new BothObservers(addresses, observer)
    );

    public ImmutableDictionary<int, NetworkLink> Links => _watcher.Links;

    public void Start()
    {
        addresses.Start();
        _watcher.Start();
        addresses.Settled();
    }

    public void Dispose() => _watcher.Dispose();

    private sealed class BothObservers(ILinkObserver first, ILinkObserver second) : ILinkObserver
    {
        public void Added(in NetworkLink link)
        {
            first.Added(in link);
            second.Added(in link);
        }

        public void Changed(in NetworkLink before, in NetworkLink after)
        {
            first.Changed(in before, in after);
            second.Changed(in before, in after);
        }

        public void Removed(in NetworkLink link)
        {
            first.Removed(in link);
            second.Removed(in link);
        }

        public void Failed(Exception error)
        {
            first.Failed(error);
            second.Failed(error);
        }
    }
}
