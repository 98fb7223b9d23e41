using System.Net;
using NetMon.Bpf.Netlink;

namespace NetMon.Bpf.Tests.Netlink;

public class NamespaceAddressTests
{
    [SkippableFact]
    public void Addresses_of_the_peer_are_listed_and_of_no_other_interface()
    {
        using var node = new Node();
        node.Pod.Ip("addr add 10.9.0.2/24 dev eth0");
        node.Pod.Ip("addr add 10.9.0.3/32 dev eth0");
        node.Pod.Ip("addr add fd09::2/64 dev eth0 nodad");
        node.Pod.Ip("addr add 10.9.9.9/32 dev lo");
        node.Host.Ip("addr add 10.9.0.1/24 dev pod");

        Assert.Equal(NamespaceListing.Listed, node.List(out var addresses));

        var global = addresses.Where(address => address.Global).Select(address => address.Address);
        Assert.Equal(
            [IPAddress.Parse("10.9.0.2"), IPAddress.Parse("10.9.0.3"), IPAddress.Parse("fd09::2")],
            global.Order(Comparer<IPAddress>.Create((a, b) => string.CompareOrdinal($"{a}", $"{b}")))
        );
    }

    /// <summary>The kernel's list goes on after a read by the number of addresses that it has passed.</summary>
    [SkippableFact]
    public void A_list_that_is_said_to_be_whole_lacks_no_address_while_others_vanish()
    {
        const int Vanishing = 600;
        const int Staying = 700;
        using var node = new Node();
        Batch("add", 1, Vanishing);
        Batch("add", 101, Staying);
        var vanishing = Task.Run(() => Batch("del", 1, Vanishing));
        do
        {
            if (node.List(out var addresses) == NamespaceListing.Listed)
            {
                Assert.Equal(
                    Staying,
                    addresses.Count(each => each.Address.GetAddressBytes() is [10, >= 101, ..])
                );
            }
        } while (!vanishing.IsCompleted);

        vanishing.Wait();
        RecordingObserver.Eventually(() => node.List(out _) == NamespaceListing.Listed ? "listed" : null);
        Assert.Equal(NamespaceListing.Listed, node.List(out var rest));
        Assert.Equal(Staying, rest.Count(each => each.Address.GetAddressBytes().Length == 4));

        void Batch(string verb, int second, int count) =>
            Shell.Run(
                "ip",
                ["-n", node.Pod.Name, "-batch", "-"],
                string.Concat(
                    Enumerable
                        .Range(0, count)
                        .Select(i => $"addr {verb} 10.{second + (i / 250)}.0.{1 + (i % 250)}/32 dev eth0\n")
                )
            );
    }

    [SkippableFact]
    public void A_namespace_or_interface_that_is_not_there_is_gone()
    {
        using var node = new Node();
        Assert.Equal(NamespaceListing.Gone, node.Lister.List(99, 1, []));
        Assert.Equal(NamespaceListing.Gone, node.Lister.List(node.Link.PeerNamespace!.Value, 99, []));
        Assert.Null(node.Lister.Refusal);
    }

    [SkippableFact]
    public void Changes_in_the_other_namespace_are_heard_of_with_its_number()
    {
        using var node = new Node();
        var expected = (node.Link.PeerNamespace!.Value, node.Link.LowerIndex);
        using var events = NetworkNamespace.Run(node.Host.Path, NamespaceAddressEvents.Open);
        Assert.Null(events.Refusal);

        node.Host.Ip("addr add 10.9.0.1/24 dev pod");
        node.Pod.Ip("addr add 10.9.0.2/24 dev eth0");
        node.Pod.Ip("addr del 10.9.0.2/24 dev eth0");
        var heard = new Heard([]);
        while (heard.Changes.Count < 2)
        {
            events.Wait(TimeSpan.FromSeconds(20));
            Assert.True(events.Receive(ref heard));
        }

        // The kernel itself changes the interface's link-local address when it finds it unique, some time after the link came up.
        Assert.All(heard.Changes, change => Assert.Equal(expected, change));
    }

    [SkippableFact]
    public void A_waiting_thread_is_woken()
    {
        Privileges.Require();
        using var events = NamespaceAddressEvents.Open();
        var waiting = Task.Run(() => events.Wait(TimeSpan.FromMinutes(1)));
        events.Wake();
        Assert.True(waiting.Wait(TimeSpan.FromSeconds(30)));
    }

    [SkippableFact]
    public void What_the_kernel_refuses_is_said()
    {
        Privileges.Require();
        var said = Shell.Run(
            "setpriv",
            "--bounding-set=-all",
            "--inh-caps=-all",
            "dotnet",
            ChildProcess.Assembly,
            "address-events"
        );
        Assert.Contains("CAP_NET_BROADCAST", said, StringComparison.Ordinal);
    }

    [Fact]
    public void Ancillary_data_is_read_whatever_is_before_it_and_never_beyond_its_end()
    {
        byte[] other = [20, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 9, 9, 9, 9, 0, 0, 0, 0];
        byte[] number = [20, 0, 0, 0, 0, 0, 0, 0, 14, 1, 0, 0, 8, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0];
        byte[] both = [.. other, .. number];
        Assert.True(NamespaceAddressEvents.TryReadNamespace(both, out var namespaceId));
        Assert.Equal(7, namespaceId);
        for (var length = 0; length < other.Length + 20; length++)
        {
            Assert.False(NamespaceAddressEvents.TryReadNamespace(both.AsSpan(0, length).ToArray(), out _));
        }

        var random = new Random(3);
        for (var i = 0; i < 50_000; i++)
        {
            var changed = (byte[])both.Clone();
            changed[random.Next(changed.Length)] = (byte)random.Next(256);
            _ = NamespaceAddressEvents.TryReadNamespace(changed, out _);
        }
    }

    private readonly struct Heard(List<(int, int)> changes) : INamespaceAddressObserver
    {
        public List<(int, int)> Changes => changes;

        public void AddressChanged(int namespaceId, int ifindex) => changes.Add((namespaceId, ifindex));
    }

    /// <summary>A host and a pod with eth0, whose other end is the host's interface pod.</summary>
    private sealed class Node : IDisposable
    {
        public Node()
        {
            Host.Ip($"link add pod type veth peer name eth0 netns {Pod.Name}");
            Host.Ip("link set pod up");
            Pod.Ip("link set eth0 up");
            using var watcher = new LinkWatcher(
                new LinkWatcherOptions { NetworkNamespace = Host.Path },
                new RecordingObserver()
            );
            watcher.Start();
            Link = watcher.Links.Values.Single(link => link.Name == "pod");
            Lister = NetworkNamespace.Run(Host.Path, NamespaceAddressLister.Open);
        }

        public TestNamespace Host { get; } = TestNamespace.Create();

        public TestNamespace Pod { get; } = TestNamespace.Create();

        public NetworkLink Link { get; }

        public NamespaceAddressLister Lister { get; }

        public NamespaceListing List(out List<LinkAddress> addresses)
        {
            addresses = [];
            return Lister.List(Link.PeerNamespace!.Value, Link.LowerIndex, addresses);
        }

        public void Dispose()
        {
            Lister.Dispose();
            Host.Dispose();
            Pod.Dispose();
        }
    }
}
