using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using NetMon.Bpf.Netlink;

namespace NetMon.Bpf.Tests.Netlink;

public class LinkWatcherTests
{
    [SkippableFact]
    public void Links_are_those_that_iproute2_lists()
    {
        using var ns = TestNamespace.Create();
        ns.Ip("link add nm0 type veth peer name nm1");
        ns.Ip("link add br0 type bridge");
        ns.Ip("link set nm0 up master br0");
        ns.Ip("tuntap add tun0 mode tun");
        ns.Ip("link add vx0 type vxlan id 7 dev nm1 dstport 4789");
        using var watcher = Watch(ns, out _);

        var links = watcher.Links.Values.OrderBy(link => link.Index).ToArray();

        using var expected = JsonDocument.Parse(ns.Ip("-j -d link show"));
        Assert.Equal(expected.RootElement.GetArrayLength(), links.Length);
        foreach (var (theirs, ours) in expected.RootElement.EnumerateArray().Zip(links))
        {
            Assert.Equal(theirs.GetProperty("ifindex").GetInt32(), ours.Index);
            Assert.Equal(theirs.GetProperty("ifname").GetString(), ours.Name);
            Assert.Equal(Flags(theirs).Contains("UP"), ours.Up);
            Assert.Equal(Flags(theirs).Contains("LOOPBACK"), ours.Loopback);
            Assert.Equal(
                theirs.GetProperty("link_type").GetString() == "none" ? LinkLayer.None : LinkLayer.Ethernet,
                ours.Link
            );
            var kind = theirs.TryGetProperty("linkinfo", out var info)
                ? info.GetProperty("info_kind").GetString()
                : "";
            Assert.Equal(kind, ours.Kind);
        }

        var port = links.Single(link => link.Name == "nm0");
        Assert.Equal(links.Single(link => link.Name == "br0").Index, port.MasterIndex);
        Assert.Equal(links.Single(link => link.Name == "nm1").Index, port.LowerIndex);
        Assert.False(port.PeerInOtherNamespace);
    }

    [SkippableFact]
    public void Each_new_link_is_told_of_once_it_is_there()
    {
        using var ns = TestNamespace.Create();
        using var watcher = Watch(ns, out var observer);
        for (var i = 0; i < 20; i++)
        {
            var name = $"nm{i}";
            var start = Stopwatch.GetTimestamp();
            ns.Ip($"link add {name} type bridge");
            Assert.True(
                observer.Wait(e => e.Change == LinkChange.Added && e.Link.Name == name).Timestamp > start
            );
        }

        Assert.Equal(20, NamesOf(observer, LinkChange.Added).Count());
    }

    [SkippableFact]
    public void A_peer_in_another_namespace_makes_a_pod_interface_however_it_got_there()
    {
        using var ns = TestNamespace.Create();
        using var pod = TestNamespace.Create();
        using var watcher = Watch(ns, out var observer);

        ns.Ip($"link add direct type veth peer name eth0 netns {pod.Name}");
        observer.Wait(e => e.Link is { Name: "direct", PeerInOtherNamespace: true });

        // As CNI plugins do it: made from within the pod, so that the host's end is registered before it has a peer.
        pod.Ip($"link add eth2 type veth peer name made netns {ns.Name}");
        observer.Wait(e => e.Link is { Name: "made", PeerInOtherNamespace: true });

        ns.Ip("link add moved type veth peer name eth1");
        ns.Ip("link set moved up");
        observer.Wait(e => e.Link is { Name: "moved", Up: true, PeerInOtherNamespace: false });
        ns.Ip($"link set eth1 netns {pod.Name}");
        observer.Wait(e => e.Link is { Name: "moved", PeerInOtherNamespace: true });
        observer.Wait(e => e is { Change: LinkChange.Removed, Link.Name: "eth1" });
    }

    [SkippableFact]
    public void Addresses_come_and_go()
    {
        using var ns = TestNamespace.Create();
        ns.Ip("link add nm0 type veth peer name nm1");
        ns.Ip("link set nm1 up");
        ns.Ip("link set nm0 up");
        using var watcher = Watch(ns, out var observer);

        ns.Ip("addr add 192.0.2.1/24 dev nm0");
        ns.Ip("addr add 2001:db8::1/64 dev nm0 nodad");
        var link = observer
            .Wait(e => e.Link.Name == "nm0" && e.Link.Addresses.Count(a => a.Global) == 2)
            .Link;
        Assert.Contains(new LinkAddress(IPAddress.Parse("192.0.2.1"), 24, true), link.Addresses);
        Assert.Contains(new LinkAddress(IPAddress.Parse("2001:db8::1"), 64, true), link.Addresses);
        Assert.True(link.HasAddress);

        ns.Ip("addr del 192.0.2.1/24 dev nm0");
        ns.Ip("addr del 2001:db8::1/64 dev nm0");
        RecordingObserver.Eventually(() => Find(watcher, "nm0").HasAddress ? null : "gone");
        Assert.False(Find(watcher, "nm0").HasAddress);
    }

    [SkippableTheory]
    [InlineData("192.0.2.1/24", "route add default via 192.0.2.2", "route del default")]
    [InlineData("192.0.2.1/24", "route add default dev nm0 table 100", "route del default table 100")]
    [InlineData(
        "192.0.2.1/24",
        "route add default nexthop via 192.0.2.2 nexthop via 192.0.2.3",
        "route del default"
    )]
    [InlineData("192.0.2.1/24", "route add default via 192.0.2.2", "link set nm0 down")]
    [InlineData("192.0.2.1/24", "route add default via 192.0.2.2", "addr del 192.0.2.1/24 dev nm0")]
    [InlineData("2001:db8::1/64", "-6 route add default via 2001:db8::2", "-6 route del default")]
    [InlineData("2001:db8::1/64", "-6 route add default via 2001:db8::2", "link set nm0 down")]
    public void Default_routes_come_and_go(string address, string add, string remove)
    {
        using var ns = TestNamespace.Create();
        ns.Ip("link add nm0 type veth peer name nm1");
        ns.Ip("link set nm1 up");
        ns.Ip("link set nm0 up");
        ns.Ip($"addr add {address} dev nm0");
        using var watcher = Watch(ns, out var observer);
        Assert.False(Find(watcher, "nm0").HasDefaultRoute);

        ns.Ip(add);
        observer.Wait(e => e.Link is { Name: "nm0", HasDefaultRoute: true });

        ns.Ip(remove);
        RecordingObserver.Eventually(() => Find(watcher, "nm0").HasDefaultRoute ? null : "gone");
        Assert.False(Find(watcher, "nm0").HasDefaultRoute);

        ns.Ip("link set nm0 up");
    }

    [SkippableFact]
    public void A_default_route_that_was_there_before_is_seen()
    {
        using var ns = TestNamespace.Create();
        ns.Ip("link add nm0 type veth peer name nm1");
        ns.Ip("link set nm1 up");
        ns.Ip("link set nm0 up");
        ns.Ip("addr add 192.0.2.1/24 dev nm0");
        ns.Ip("route add default via 192.0.2.2");
        using var watcher = Watch(ns, out _);

        Assert.True(Find(watcher, "nm0").HasDefaultRoute);
        Assert.False(Find(watcher, "lo").HasDefaultRoute);
    }

    [SkippableFact]
    public void A_port_that_leaves_its_bridge_is_not_gone()
    {
        using var ns = TestNamespace.Create();
        ns.Ip("link add br0 type bridge");
        ns.Ip("link add nm0 type veth peer name p0");
        ns.Ip("link set nm0 master br0");
        using var watcher = Watch(ns, out var observer);

        ns.Ip("link set nm0 nomaster");
        observer.Wait(e => e.Link is { Name: "nm0", MasterIndex: 0 });
        ns.Ip("link set nm0 name nm1");
        observer.Wait(e => e.Change == LinkChange.Changed && e.Link.Name == "nm1");

        Assert.DoesNotContain(observer.Events, e => e.Change == LinkChange.Removed);
    }

    [SkippableFact]
    public void A_burst_of_500_veths_is_told_of_wholly()
    {
        using var ns = TestNamespace.Create();
        using var pod = TestNamespace.Create();
        var observer = new RecordingObserver();
        // Room for all events, should the watcher get no processor meanwhile.
        using var watcher = new LinkWatcher(
            new() { NetworkNamespace = ns.Path, ReceiveBufferBytes = 128 * 1024 * 1024 },
            observer
        );
        watcher.Start();

        Batch(ns, i => $"link add nm{i} type veth peer name p{i} netns {pod.Name}");
        Batch(ns, i => $"link del nm{i}");

        observer.Wait(e => e is { Change: LinkChange.Added, Link.Name: "nm499" });
        RecordingObserver.Eventually(() => watcher.Links.Count == 1 ? "gone" : null);
        var names = Enumerable.Range(0, 500).Select(i => $"nm{i}").ToHashSet();
        Assert.Equal(names, NamesOf(observer, LinkChange.Added).ToHashSet());
        Assert.Equal(names, NamesOf(observer, LinkChange.Removed).ToHashSet());
        Assert.Equal(500, NamesOf(observer, LinkChange.Added).Count(name => name != "lo"));
        Assert.Equal(500, NamesOf(observer, LinkChange.Removed).Count());
        Assert.Equal("lo", Assert.Single(watcher.Links.Values).Name);
        Assert.Equal(0, watcher.Overruns);
        Assert.Empty(observer.Failures);
    }

    [SkippableFact]
    public void Events_that_overrun_the_socket_are_made_good_by_a_list()
    {
        using var ns = TestNamespace.Create();
        using var release = new ManualResetEventSlim();
        var observer = new RecordingObserver
        {
            OnEvent = e =>
            {
                if (e.Link.Name == "block")
                {
                    release.Wait();
                }
            },
        };
        using var watcher = new LinkWatcher(
            new() { NetworkNamespace = ns.Path, ReceiveBufferBytes = 4096 },
            observer
        );
        watcher.Start();

        ns.Ip("link add nm-old type bridge");
        observer.Wait(e => e.Link.Name == "nm-old");
        ns.Ip("link add block type bridge");
        Batch(ns, i => $"link add nm{i} type bridge");
        ns.Ip("link del nm-old");
        ns.Ip("link del nm7");
        release.Set();

        RecordingObserver.Eventually(() => watcher.Links.Count == 501 ? "all" : null);
        Assert.True(watcher.Overruns > 0);
        Assert.Equal(
            ns.Ip("-br link").Split('\n', StringSplitOptions.RemoveEmptyEntries).Length,
            watcher.Links.Count
        );
        Assert.Contains(observer.Events, e => e is { Change: LinkChange.Removed, Link.Name: "nm-old" });
        Assert.DoesNotContain(watcher.Links.Values, link => link.Name == "nm7");

        ns.Ip("link add after type bridge");
        observer.Wait(e => e is { Change: LinkChange.Added, Link.Name: "after" });
    }

    [SkippableFact]
    public void A_failing_observer_does_not_stop_the_watching()
    {
        using var ns = TestNamespace.Create();
        using var watcher = Watch(ns, out var observer);
        observer.OnEvent = e => throw new InvalidOperationException(e.Link.Name);
        ns.Ip("link add nm0 type bridge");
        RecordingObserver.Eventually(() => observer.Failures.IsEmpty ? null : "failed");
        observer.OnEvent = null;

        ns.Ip("link add nm1 type bridge");
        observer.Wait(e => e is { Change: LinkChange.Added, Link.Name: "nm1" });
        Assert.Contains(observer.Failures, error => error.Message == "nm0");
        Assert.Contains(watcher.Links.Values, link => link.Name == "nm0");
    }

    [SkippableFact]
    public void A_namespace_that_does_not_exist_is_an_error_that_names_it()
    {
        var error = Assert.Throws<BpfException>(() =>
            new LinkWatcher(new() { NetworkNamespace = "/run/netns/nm-none" }, new RecordingObserver())
        );
        Assert.Contains("/run/netns/nm-none", error.Message, StringComparison.Ordinal);
    }

    private static LinkWatcher Watch(TestNamespace ns, out RecordingObserver observer)
    {
        observer = new RecordingObserver();
        var watcher = new LinkWatcher(new() { NetworkNamespace = ns.Path }, observer);
        watcher.Start();
        return watcher;
    }

    private static NetworkLink Find(LinkWatcher watcher, string name) =>
        watcher.Links.Values.Single(link => link.Name == name);

    private static IEnumerable<string> NamesOf(RecordingObserver observer, LinkChange change) =>
        observer.Events.Where(e => e.Change == change && e.Link.Name != "lo").Select(e => e.Link.Name);

    private static void Batch(TestNamespace ns, Func<int, string> command)
    {
        var commands = new StringBuilder();
        for (var i = 0; i < 500; i++)
        {
            commands.Append(command(i)).Append('\n');
        }

        Shell.Run("ip", ["-n", ns.Name, "-batch", "-"], commands.ToString());
    }

    private static string?[] Flags(JsonElement link) =>
        [.. link.GetProperty("flags").EnumerateArray().Select(flag => flag.GetString())];
}
