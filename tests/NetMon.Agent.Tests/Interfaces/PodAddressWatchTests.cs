using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using NetMon.Agent.Interfaces;
using NetMon.Bpf.Netlink;
using NetMon.Core.Flows;
using NetMon.Lab.Machines;
using NetMon.Testing.Lab;

namespace NetMon.Agent.Tests.Interfaces;

/// <summary>With real namespaces and interfaces; nothing is attached.</summary>
public sealed class PodAddressWatchTests : IDisposable
{
    private readonly LabNetwork _network;
    private readonly NetMon.Lab.Machines.NetworkNamespace _host;
    private readonly HeldTime _time = new();
    private readonly LocalAddresses _addresses;
    private readonly PodAddressWatch _watch;
    private KernelLinkSource? _links;

    public PodAddressWatchTests()
    {
        LabRequirements.SkipIfMissing();
        _network = new LabNetwork();
        _host = _network.AddNamespace("host");
        _addresses = new LocalAddresses(_time);
        _watch = new PodAddressWatch(_addresses, NullLogger<PodAddressWatch>.Instance);
    }

    public void Dispose()
    {
        _links?.Dispose();
        _watch.Dispose();
        _network.Dispose();
    }

    [SkippableFact]
    public void Own_addresses_are_those_of_every_interface_while_it_has_them()
    {
        _host.Run("ip", "link", "add", "br0", "type", "bridge");
        _host.Run("ip", "addr", "add", "192.0.2.1/24", "dev", "br0");
        Start();
        Assert.True(_addresses.IsOwn(Address("192.0.2.1")));
        Assert.True(_addresses.IsOwn(Address("127.0.0.1")));
        Assert.True(_addresses.IsOwn(Address("::1")));

        _host.Run("ip", "addr", "add", "2001:db8::1/64", "dev", "br0", "nodad");
        Eventually(() => _addresses.IsOwn(Address("2001:db8::1")));
        _host.Run("ip", "addr", "del", "192.0.2.1/24", "dev", "br0");
        Eventually(() => !_addresses.IsOwn(Address("192.0.2.1")));
        _host.Run("ip", "link", "del", "br0");
        Eventually(() => !_addresses.IsOwn(Address("2001:db8::1")));
    }

    [SkippableFact]
    public void Service_addresses_of_IPVS_are_not_own()
    {
        _host.Run("ip", "link", "add", "kube-ipvs0", "type", "bridge");
        _host.Run("ip", "addr", "add", "10.96.0.1/32", "dev", "kube-ipvs0");
        Start();
        Assert.False(_addresses.IsOwn(Address("10.96.0.1")));
    }

    [SkippableFact]
    public void Addresses_behind_interfaces_that_were_there_are_found_without_a_time_of_appearance()
    {
        var pod = AddPod("web");
        pod.Run("ip", "addr", "add", "10.1.0.2/24", "dev", "eth0");
        Start();
        Eventually(() => Find("10.1.0.2") == Index("web"));
        Assert.Equal(0, _addresses.SinceNs(Index("web")));
    }

    [SkippableFact]
    public void Addresses_that_come_after_the_interface_and_go_again_are_followed()
    {
        Start();
        var before = Stopwatch.GetTimestamp();
        var pod = AddPod("web");
        Eventually(() => _addresses.IsPodInterface(Index("web")));
        Assert.InRange(_addresses.SinceNs(Index("web")), before, Stopwatch.GetTimestamp());

        // Longer than it takes until the interface is asked about at first.
        Thread.Sleep(200);
        Assert.Equal(new PodInterfaceCounts(0, 0, 1), _addresses.Count());
        pod.Run("ip", "addr", "add", "10.1.0.2/24", "dev", "eth0");
        pod.Run("ip", "addr", "add", "10.1.0.3/24", "dev", "eth0");
        pod.Run("ip", "addr", "add", "fd01::2/64", "dev", "eth0", "nodad");
        foreach (var address in (string[])["10.1.0.2", "10.1.0.3", "fd01::2"])
        {
            Eventually(() => Find(address) == Index("web"));
        }

        Assert.Equal(new PodInterfaceCounts(1, 0, 0), _addresses.Count());
        Assert.Null(_watch.ListRefusal);
        Assert.Null(_watch.EventRefusal);

        // After the change: before it, the address is still a flow's that began then.
        pod.Run("ip", "addr", "del", "10.1.0.3/24", "dev", "eth0");
        Eventually(() => !_addresses.TryFindInterface(Address("10.1.0.3"), Stopwatch.GetTimestamp(), out _));
        Assert.Equal(Index("web"), Find("10.1.0.2"));
    }

    [SkippableFact]
    public void An_interface_that_moves_to_another_namespace_takes_its_old_addresses_along()
    {
        var (first, second) = (AddPod("web"), _network.AddNamespace("second"));
        first.Run("ip", "addr", "add", "10.1.0.2/24", "dev", "eth0");
        Start();
        Eventually(() => Find("10.1.0.2") == Index("web"));

        first.Run("ip", "link", "set", "eth0", "netns", second.Name);
        second.Run("ip", "addr", "add", "10.1.0.9/24", "dev", "eth0");
        second.Run("ip", "link", "set", "eth0", "up");
        Eventually(() => Find("10.1.0.9") == Index("web"));
        Eventually(() => !_addresses.TryFindInterface(Address("10.1.0.2"), Stopwatch.GetTimestamp(), out _));
    }

    [SkippableFact]
    public void A_peer_that_comes_back_to_the_host_makes_it_no_pods_interface()
    {
        var pod = AddPod("web");
        pod.Run("ip", "addr", "add", "10.1.0.2/24", "dev", "eth0");
        Start();
        Eventually(() => Find("10.1.0.2") == Index("web"));
        pod.Run("ip", "link", "set", "eth0", "netns", _host.Name, "name", "back");
        Eventually(() => _addresses.Count() == default);
    }

    [SkippableFact]
    public void A_pod_whose_namespace_is_deleted_is_remembered_and_its_successor_has_the_address_at_once()
    {
        Start();
        var first = AddPod("web");
        first.Run("ip", "addr", "add", "10.1.0.2/24", "dev", "eth0");
        var index = Index("web");
        Eventually(() => Find("10.1.0.2") == index);
        var during = Stopwatch.GetTimestamp();

        // However long the rest takes, what ends now is remembered.
        _time.Hold();
        _network.Remove(first);
        Eventually(() => _addresses.Count() == default);
        Assert.Equal(index, Find("10.1.0.2"));

        var second = AddPod("web");
        second.Run("ip", "addr", "add", "10.1.0.2/24", "dev", "eth0");
        Eventually(() => Find("10.1.0.2") == Index("web"));
        Assert.NotEqual(index, Index("web"));
        Assert.True(_addresses.TryFindInterface(Address("10.1.0.2"), during, out var then));
        Assert.Equal(index, then);
    }

    [SkippableFact]
    public void Where_the_kernel_names_no_namespace_addresses_are_learned()
    {
        // As an interface looks whose peer's namespace is being taken down, or whose number could not be assigned.
        _host.Inside(() =>
        {
            _watch.Start();
            return true;
        });
        var link = TestLink.Pod(12, "veth12");
        _watch.Added(in link);
        _addresses.Learn(Address("10.1.0.2"), 12);
        Assert.Equal(12, Find("10.1.0.2"));
        Assert.Equal(new PodInterfaceCounts(0, 1, 0), _addresses.Count());
    }

    [SkippableFact]
    public void Of_200_interfaces_that_come_at_once_every_address_is_known_in_the_end()
    {
        const int pods = 200;
        Start();
        var all = _network.AddNamespace("pods");
        var path = Path.GetTempFileName();
        File.WriteAllLines(
            path,
            Enumerable
                .Range(0, pods)
                .Select(i => $"link add v{i} index {1000 + i} type veth peer name v{i} netns {all.Name}")
        );
        _host.Run("ip", "-batch", path);
        File.WriteAllLines(
            path,
            Enumerable
                .Range(0, pods)
                .SelectMany<int, string>(i =>
                    [$"addr add 10.2.{i}.1/32 dev v{i}", $"addr add fd02::{i:x}/128 dev v{i} nodad"]
                )
        );
        all.Run("ip", "-batch", path);
        File.Delete(path);

        for (var i = 0; i < pods; i++)
        {
            var pod = i;
            Eventually(() =>
                Find(string.Create(CultureInfo.InvariantCulture, $"10.2.{pod}.1")) == 1000 + pod
            );
            Eventually(() => Find($"fd02::{pod:x}") == 1000 + pod);
        }

        Assert.Equal(new PodInterfaceCounts(pods, 0, 0), _addresses.Count());
        _host.Run("ip", "link", "del", "v7");
        Eventually(() => _addresses.Count() == new PodInterfaceCounts(pods - 1, 0, 0));
    }

    private static NetworkAddress Address(string text)
    {
        Assert.True(NetworkAddress.TryParse(text, out var address));
        return address;
    }

    private static void Eventually(Func<bool> condition) => Wait.Until(condition, "what the test expects");

    private void Start() =>
        _host.Inside(() =>
        {
            _links = new KernelLinkSource(new NobodyElse(), _watch);
            _links.Start();
            return true;
        });

    private int Find(string address) =>
        _addresses.TryFindInterface(Address(address), out var ifindex) ? ifindex : 0;

    private int Index(string name) =>
        int.Parse(_host.Run("ip", "-o", "link", "show", name).Split(':')[0], CultureInfo.InvariantCulture);

    /// <summary>A namespace with eth0, whose other end in the host has its label as its name.</summary>
    private NetMon.Lab.Machines.NetworkNamespace AddPod(string label)
    {
        var pod = _network.AddNamespace(label);
        LabNetwork.Connect(_host, label, pod, "eth0");
        return pod;
    }

    /// <summary>The system's time, until it is held.</summary>
    private sealed class HeldTime : TimeProvider
    {
        private long _held = long.MaxValue;

        public override long GetTimestamp() => Math.Min(base.GetTimestamp(), Volatile.Read(ref _held));

        public void Hold() => Volatile.Write(ref _held, base.GetTimestamp());
    }

    private sealed class NobodyElse : ILinkObserver
    {
        public void Added(in NetworkLink link) { }

        public void Changed(in NetworkLink before, in NetworkLink after) { }

        public void Removed(in NetworkLink link) { }

        public void Failed(Exception error) => throw error;
    }
}
