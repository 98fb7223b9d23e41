using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;
using NetMon.Agent.Interfaces;
using NetMon.Agent.Options;
using NetMon.Bpf;
using NetMon.Bpf.Netlink;

namespace NetMon.Agent.Tests.Interfaces;

public sealed class InterfaceWatchTests : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly Hooks _hooks = new();
    private readonly Links _links = new();
    private readonly InterfaceNames _names = new();
    private readonly InterfaceWatch _watch;

    public InterfaceWatchTests()
    {
        _watch = new InterfaceWatch(
            new InterfaceRules(new CaptureOptions()),
            () => _hooks,
            observer =>
            {
                _links.Observer = observer;
                return _links;
            },
            _names,
            _time,
            NullLogger<InterfaceWatch>.Instance
        );
    }

    public void Dispose()
    {
        _hooks.Gate.Set();
        _watch.Dispose();
        _hooks.Gate.Dispose();
    }

    [Fact]
    public async Task At_the_start_pods_are_attached_first_and_each_is_set_before()
    {
        _links.Put(TestLink.Uplink(2, "eth0"));
        _links.Put(TestLink.Pod(3, "veth1"));
        _links.Put(TestLink.Make(1, "lo", loopback: true));
        await _watch.StartAsync();

        Assert.Equal(["set 3 Pod", "attach 3", "set 2 Uplink", "attach 2"], _hooks.Calls);
        Assert.True(_watch.Observed.Settled);
        Assert.Equal(
            (1, 1),
            (_watch.Observed.Count(InterfaceKind.Pod), _watch.Observed.Count(InterfaceKind.Uplink))
        );
    }

    [Fact]
    public async Task Interfaces_are_followed_as_they_come_change_and_go()
    {
        await _watch.StartAsync();
        _links.Put(TestLink.Make(3, "veth1", "veth"));
        _links.Put(TestLink.Pod(3, "veth1"));
        await AttachedAsync(3);
        _links.Remove(3);
        // It counts as gone before it is taken away.
        await UntilAsync(() => _hooks.Calls.Count == 4);

        Assert.Equal(["set 3 Pod", "attach 3", "detach 3", "remove 3"], _hooks.Calls);
        Assert.Empty(_watch.Observed.Attached);
        Assert.Equal("veth1", _names.Find(3));
    }

    [Fact]
    public async Task Other_rules_hold_for_the_interfaces_that_are_there()
    {
        _links.Put(TestLink.Pod(3, "veth1"));
        _links.Put(TestLink.Pod(4, "veth2"));
        await _watch.StartAsync();

        _watch.Take(new InterfaceRules(new CaptureOptions { Exclude = ["veth1"] }));
        await AttachedAsync(4);
        _watch.Take(new InterfaceRules(new CaptureOptions { Exclude = ["veth2"] }));
        await AttachedAsync(3);
    }

    [Fact]
    public async Task A_pod_that_turns_out_to_be_an_uplink_is_set_anew_and_stays_attached()
    {
        await _watch.StartAsync();
        _links.Put(TestLink.Pod(3, "eth0"));
        await AttachedAsync(3);
        _links.Put(TestLink.Make(3, "eth0", "veth", peerElsewhere: true, route: true));
        await UntilAsync(() => _watch.Observed.Count(InterfaceKind.Uplink) == 1);

        Assert.Equal(["set 3 Pod", "attach 3", "set 3 Uplink"], _hooks.Calls);
    }

    [Fact]
    public async Task A_failure_is_named_counted_and_tried_again_after_ever_longer_pauses()
    {
        _hooks.Failing = 3;
        _links.Put(TestLink.Uplink(2, "eth0"));
        _links.Put(TestLink.Uplink(3, "eth1"));
        await _watch.StartAsync();

        var pause = TimeSpan.FromMilliseconds(100);
        for (var attempt = 1; attempt <= 12; attempt++)
        {
            await UntilAsync(() => _watch.Observed.Failures == attempt && _time.NextTimer is not null);
            Assert.Equal(
                new InterfaceFailure("eth1", "cannot attach: no", attempt),
                _watch.Observed.Failed[3]
            );
            Assert.Equal(pause, _time.NextTimer);
            _time.Advance(pause);
            pause = TimeSpan.FromSeconds(Math.Min(pause.TotalSeconds * 2, 60));
        }

        await UntilAsync(() => _watch.Observed.Failures == 13 && _time.NextTimer is not null);
        _hooks.Failing = null;
        _time.Advance(pause);
        await AttachedAsync(2, 3);
        Assert.Empty(_watch.Observed.Failed);
        Assert.Null(_time.NextTimer);
    }

    [Fact]
    public async Task An_interface_that_vanished_while_it_was_being_attached_is_no_failure()
    {
        _hooks.Gone = 3;
        _links.Put(TestLink.Pod(3, "veth1"));
        await _watch.StartAsync();

        Assert.Empty(_watch.Observed.Failed);
        Assert.Equal(["set 3 Pod", "remove 3"], _hooks.Calls);
    }

    [Fact]
    public async Task A_failing_interface_that_goes_is_forgotten_with_its_retry()
    {
        _hooks.Failing = 3;
        _links.Put(TestLink.Pod(3, "veth1"));
        await _watch.StartAsync();
        Assert.Single(_watch.Observed.Failed);
        _links.Remove(3);
        await UntilAsync(() => _watch.Observed.Failed.IsEmpty);

        Assert.Null(_time.NextTimer);
    }

    [Fact]
    public async Task A_storm_of_interfaces_ends_with_exactly_those_that_are_left()
    {
        await _watch.StartAsync();
        for (var i = 10; i < 1010; i++)
        {
            _links.Put(TestLink.Make(i, $"veth{i}", "veth"));
            _links.Put(TestLink.Pod(i, $"veth{i}"));
            if (i % 2 == 0)
            {
                _links.Remove(i);
            }
        }

        await AttachedAsync([.. Enumerable.Range(10, 1000).Where(i => i % 2 == 1)]);

        // The last of the others counts as gone before it is taken away.
        await UntilAsync(() => _hooks.Attached <= 500);
        Assert.Equal(500, _hooks.Attached);
    }

    [Fact]
    public async Task An_interface_that_went_and_came_back_with_its_number_while_others_were_attached_is_attached_anew()
    {
        await _watch.StartAsync();
        _links.Put(TestLink.Uplink(3, "eth1"));
        await AttachedAsync(3);
        _hooks.Gate.Reset();
        _links.Put(TestLink.Pod(4, "veth1"));
        await UntilAsync(() => _hooks.Calls.Contains("attach 4"));
        _links.Remove(3);
        _links.Put(TestLink.Uplink(3, "eth1"));
        _hooks.Gate.Set();

        await UntilAsync(() => _hooks.Calls.Count >= 8);
        Assert.Equal(
            ["detach 3", "remove 3", "set 3 Uplink", "attach 3"],
            _hooks.Calls.SkipWhile(call => call != "attach 4").Skip(1)
        );
        await AttachedAsync(3, 4);
    }

    [Fact]
    public async Task At_the_end_everything_is_detached()
    {
        _links.Put(TestLink.Uplink(2, "eth0"));
        _links.Put(TestLink.Pod(3, "veth1"));
        await _watch.StartAsync();
        _watch.Dispose();

        Assert.Equal(0, _hooks.Attached);
        Assert.Empty(_watch.Observed.Attached);
        Assert.True(_hooks.Disposed);
    }

    [Fact]
    public async Task What_keeps_the_watch_from_starting_is_thrown()
    {
        _links.Error = new BpfException("list the interfaces", 1, "");
        await Assert.ThrowsAsync<BpfException>(_watch.StartAsync);
    }

    private Task AttachedAsync(params int[] expected) =>
        UntilAsync(() => _watch.Observed.Attached.Keys.Order().SequenceEqual(expected));

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!condition())
        {
            await Task.Delay(1, patience.Token);
        }
    }

    private sealed class Links : ILinkSource
    {
        private ImmutableDictionary<int, NetworkLink> _links = ImmutableDictionary<int, NetworkLink>.Empty;
        private bool _started;

        public ILinkObserver Observer { get; set; } = null!;

        public BpfException? Error { get; set; }

        ImmutableDictionary<int, NetworkLink> ILinkSource.Links => Volatile.Read(ref _links);

        public void Start()
        {
            if (Error is not null)
            {
                throw Error;
            }

            foreach (var link in _links.Values)
            {
                Observer.Added(in link);
            }

            _started = true;
        }

        public void Put(NetworkLink link)
        {
            var known = _links.TryGetValue(link.Index, out var before);
            Volatile.Write(ref _links, _links.SetItem(link.Index, link));
            if (_started && known)
            {
                Observer.Changed(in before, in link);
            }
            else if (_started)
            {
                Observer.Added(in link);
            }
        }

        public void Remove(int index)
        {
            var link = _links[index];
            Volatile.Write(ref _links, _links.Remove(index));
            Observer.Removed(in link);
        }

        public void Dispose() { }
    }

    private sealed class Hooks : IInterfaceHooks
    {
        private int _attached;

        public ConcurrentQueue<string> Calls { get; } = new();

        /// <summary>Attaching takes until it is set.</summary>
        public ManualResetEventSlim Gate { get; } = new(initialState: true);

        public int Attached => Volatile.Read(ref _attached);

        public int? Failing { get; set; }

        public int? Gone { get; set; }

        public bool Disposed { get; private set; }

        public void Set(int ifindex, InterfaceKind kind, ulong sinceNs) =>
            Calls.Enqueue($"set {ifindex} {kind}");

        public void Remove(int ifindex) => Calls.Enqueue($"remove {ifindex}");

        public IDisposable Attach(int ifindex, LinkLayer link)
        {
            if (ifindex == Failing)
            {
                throw new BpfException("attach", 0, "no");
            }

            if (ifindex == Gone)
            {
                const int NoSuchDevice = 19;
                throw new BpfException("attach", NoSuchDevice, "");
            }

            Calls.Enqueue($"attach {ifindex}");
            Gate.Wait();
            Interlocked.Increment(ref _attached);
            return new Detacher(this, ifindex);
        }

        public void Leave(IEnumerable<IDisposable> attachments) =>
            Calls.Enqueue($"leave {attachments.Count()}");

        public void RemoveOthers(IReadOnlySet<int> attached) { }

        public void Dispose() => Disposed = true;

        private sealed class Detacher(Hooks hooks, int ifindex) : IDisposable
        {
            public void Dispose()
            {
                hooks.Calls.Enqueue($"detach {ifindex}");
                Interlocked.Decrement(ref hooks._attached);
            }
        }
    }
}
