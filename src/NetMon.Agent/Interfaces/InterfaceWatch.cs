using System.Collections.Immutable;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using NetMon.Agent.Logging;
using NetMon.Bpf;
using NetMon.Bpf.Netlink;

namespace NetMon.Agent.Interfaces;

/// <summary>Attaches to the interfaces that should be observed, as they come, and forgets them as they go.</summary>
/// <remarks>
/// A loop of its own compares what should be with what is, for one interface after the other:
/// <code>
///   (1) watcher: interface n came, changed or went ---> (2) n is in doubt ---> (3) the loop looks n up in the watcher's latest
///   (4) attaching failed: n is in doubt again after a while --^                    list, and attaches, detaches or does nothing
/// </code>
/// So a burst of events costs one look per interface, events may come in any order, and what waits is bounded by the interfaces.
/// </remarks>
internal sealed class InterfaceWatch : ILinkObserver, IDisposable
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromMinutes(1);

    private readonly Func<IInterfaceHooks> _openHooks;
    private readonly Func<ILinkObserver, ILinkSource> _openLinks;
    private readonly InterfaceNames _names;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _signal = new(0);
    private readonly Dictionary<int, IDisposable> _attachments = [];
    private readonly Dictionary<int, string> _known = [];
    private readonly Dictionary<int, ITimer> _retries = [];

    // And whether it went: what has its number by now is another, or came back from another namespace without our programs.
    private Dictionary<int, bool> _doubtful = [];
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Thread _thread;
    private volatile ObservedInterfaces _observed = ObservedInterfaces.None;
    private volatile InterfaceRules _rules;
    private volatile bool _allDoubtful;
    private volatile bool _stopping;
    private volatile bool _keeping;

    /// <param name="rules">Which interfaces, and as what.</param>
    /// <param name="openHooks">Called on the loop's thread, whose network namespace it takes.</param>
    /// <param name="openLinks">Called on the loop's thread; tells this object of changes.</param>
    /// <param name="names">Kept up to date.</param>
    /// <param name="time">For the retries.</param>
    /// <param name="logger">For changes and failures.</param>
    public InterfaceWatch(
        InterfaceRules rules,
        Func<IInterfaceHooks> openHooks,
        Func<ILinkObserver, ILinkSource> openLinks,
        InterfaceNames names,
        TimeProvider time,
        ILogger<InterfaceWatch> logger
    )
    {
        _rules = rules;
        _openHooks = openHooks;
        _openLinks = openLinks;
        _names = names;
        _time = time;
        _logger = logger;
        _thread = new Thread(Run) { IsBackground = true, Name = "interfaces" };
    }

    public ObservedInterfaces Observed => _observed;

    /// <summary>Starts the loop.</summary>
    /// <returns>Ends when every interface that is there was tried.</returns>
    /// <exception cref="BpfException">The interfaces cannot be listed, or this way of attaching is not to be had.</exception>
    public Task StartAsync()
    {
        _thread.Start();
        return _started.Task;
    }

    /// <summary>Ends the loop and leaves the programs where they are, for the agent that comes next.</summary>
    public void Leave()
    {
        _keeping = true;
        Dispose();
    }

    /// <summary>Detaches from all interfaces, unless they were to be left, and ends the loop.</summary>
    public void Dispose()
    {
        _stopping = true;
        _signal.Release();
        if (_thread.IsAlive)
        {
            _thread.Join();
        }
    }

    /// <summary>From now on other interfaces are observed. From any thread.</summary>
    public void Take(InterfaceRules rules)
    {
        _rules = rules;
        _allDoubtful = true;
        _signal.Release();
    }

    void ILinkObserver.Added(in NetworkLink link) => Doubt(link.Index);

    void ILinkObserver.Changed(in NetworkLink before, in NetworkLink after) => Doubt(after.Index);

    void ILinkObserver.Removed(in NetworkLink link) => Doubt(link.Index, went: true);

    void ILinkObserver.Failed(Exception error) => AgentLog.LinksFailed(_logger, error.Message);

    // (2)
    private void Doubt(int ifindex, bool went = false)
    {
        lock (_gate)
        {
            var known = _doubtful.TryGetValue(ifindex, out var before);
            _doubtful[ifindex] = before || went;
            if (known)
            {
                return;
            }
        }

        _signal.Release();
    }

    private void Run()
    {
        try
        {
            using var hooks = _openHooks();
            try
            {
                using var links = _openLinks(this);
                links.Start();
                Settle(hooks, links);
                RemoveOthers(hooks);
                _observed = _observed with { Settled = true };
                _started.SetResult();
                while (!_stopping)
                {
                    _signal.Wait();
                    Settle(hooks, links);
                }
            }
            finally
            {
                DetachAll(hooks);
            }
        }
#pragma warning disable CA1031 // Handed to whoever waits for the start, else logged: nobody is there to catch it.
        catch (Exception error)
#pragma warning restore CA1031
        {
            if (!_started.TrySetException(error))
            {
                AgentLog.LinksFailed(_logger, error.Message);
            }
        }
    }

    // What is left behind does no harm: it counts, into maps that nobody reads.
    private void RemoveOthers(IInterfaceHooks hooks)
    {
        try
        {
            hooks.RemoveOthers(_attachments.Keys.ToHashSet());
        }
        catch (BpfException error)
        {
            AgentLog.LinksFailed(_logger, error.Message);
        }
    }

    // (3) Pods first: what they do is what is asked for first, and an uplink then finds less to hand over.
    private void Settle(IInterfaceHooks hooks, ILinkSource links)
    {
        Dictionary<int, bool> doubtful;
        lock (_gate)
        {
            (doubtful, _doubtful) = (_doubtful, []);
        }

        var all = links.Links;
        if (_allDoubtful)
        {
            _allDoubtful = false;
            foreach (var ifindex in all.Keys)
            {
                doubtful.TryAdd(ifindex, false);
            }
        }

        foreach (
            var (ifindex, went) in doubtful.OrderByDescending(each =>
                all.GetValueOrDefault(each.Key).PeerInOtherNamespace
            )
        )
        {
            if (_stopping)
            {
                return;
            }

            try
            {
                var exists = all.TryGetValue(ifindex, out var link);
                if (!exists || went)
                {
                    Forget(hooks, ifindex);
                }

                if (exists)
                {
                    Settle(hooks, in link, all);
                    DoubtPorts(in link, all);
                }
            }
            catch (BpfException error)
            {
                AgentLog.LinksFailed(_logger, error.Message);
            }
        }
    }

    private void Settle(IInterfaceHooks hooks, in NetworkLink link, ImmutableDictionary<int, NetworkLink> all)
    {
        Rename(in link);
        var attached = _observed.Attached.TryGetValue(link.Index, out var kind);
        var chosen = _rules.Choose(in link, all, attached);
        AgentLog.InterfaceLooked(_logger, link.Name, link.Index, link.Kind, link.Up, chosen, attached);
        if (chosen is null)
        {
            Forgive(link.Index);
            if (attached)
            {
                Detach(hooks, link.Index, link.Name);
            }
        }
        else if (!attached)
        {
            Attach(hooks, in link, chosen.Value);
        }
        else if (chosen != kind)
        {
            hooks.Set(link.Index, chosen.Value, Now());
            _observed = _observed with { Attached = _observed.Attached.SetItem(link.Index, chosen.Value) };
        }
    }

    private void Attach(IInterfaceHooks hooks, in NetworkLink link, InterfaceKind kind)
    {
        try
        {
            hooks.Set(link.Index, kind, Now());
            _attachments[link.Index] = hooks.Attach(link.Index, link.Link);
            Forgive(link.Index);
            _observed = _observed with { Attached = _observed.Attached.Add(link.Index, kind) };
            AgentLog.Attached(_logger, link.Name, link.Index, kind);
        }
        catch (BpfException error) when (error.IsGone)
        {
            hooks.Remove(link.Index);
        }
        catch (Exception error) when (error is BpfException or ArgumentException)
        {
            hooks.Remove(link.Index);
            Fail(in link, error);
        }
    }

    // (4)
    private void Fail(in NetworkLink link, Exception error)
    {
        var ifindex = link.Index;
        var attempts = 1 + (_observed.Failed.GetValueOrDefault(ifindex)?.Attempts ?? 0);
        var delay = FirstRetry * Math.Pow(2, Math.Min(attempts - 1, 16));
        delay = delay < LongestRetry ? delay : LongestRetry;
        var failure = new InterfaceFailure(link.Name, FirstLine(error.Message), attempts);
        _observed = _observed with
        {
            Failed = _observed.Failed.SetItem(ifindex, failure),
            Failures = _observed.Failures + 1,
        };
        AgentLog.AttachFailed(_logger, link.Name, ifindex, failure.Error, delay.TotalSeconds);
        if (_retries.Remove(ifindex, out var before))
        {
            before.Dispose();
        }

        _retries[ifindex] = _time.CreateTimer(_ => Doubt(ifindex), null, delay, Timeout.InfiniteTimeSpan);
    }

    private void Forgive(int ifindex)
    {
        if (_retries.Remove(ifindex, out var retry))
        {
            retry.Dispose();
            _observed = _observed with { Failed = _observed.Failed.Remove(ifindex) };
        }
    }

    private void Forget(IInterfaceHooks hooks, int ifindex)
    {
        Forgive(ifindex);
        if (_known.Remove(ifindex, out var name))
        {
            _names.Retire(ifindex);
            if (_attachments.ContainsKey(ifindex))
            {
                Detach(hooks, ifindex, name);
            }
        }
    }

    private void Detach(IInterfaceHooks hooks, int ifindex, string name)
    {
        _observed = _observed with { Attached = _observed.Attached.Remove(ifindex) };
        try
        {
            if (_attachments.Remove(ifindex, out var attachment))
            {
                attachment.Dispose();
            }

            AgentLog.Detached(_logger, name, ifindex);
        }
        catch (BpfException error)
        {
            AgentLog.DetachFailed(_logger, name, ifindex, FirstLine(error.Message));
        }

        hooks.Remove(ifindex);
    }

    private void DetachAll(IInterfaceHooks hooks)
    {
        foreach (var retry in _retries.Values)
        {
            retry.Dispose();
        }

        _retries.Clear();
        if (_keeping)
        {
            hooks.Leave(_attachments.Values);
            return;
        }

        foreach (var ifindex in _attachments.Keys.ToArray())
        {
            Detach(hooks, ifindex, _known.GetValueOrDefault(ifindex) ?? "");
        }
    }

    private void Rename(in NetworkLink link)
    {
        if (
            !_known.TryGetValue(link.Index, out var name)
            || !string.Equals(name, link.Name, StringComparison.Ordinal)
        )
        {
            _known[link.Index] = link.Name;
            _names.Set(link.Index, link.Name);
        }
    }

    // Whether a port is an uplink depends on its bridge.
    private void DoubtPorts(in NetworkLink master, ImmutableDictionary<int, NetworkLink> all)
    {
        if (!string.Equals(master.Kind, "bridge", StringComparison.Ordinal))
        {
            return;
        }

        foreach (var (ifindex, link) in all)
        {
            if (link.MasterIndex == master.Index)
            {
                Doubt(ifindex);
            }
        }
    }

    private static ulong Now() => (ulong)Stopwatch.GetTimestamp();

    private static string FirstLine(string message)
    {
        var end = message.AsSpan().IndexOfAny('\r', '\n');
        return end < 0 ? message : message[..end];
    }
}
