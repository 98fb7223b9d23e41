using NetMon.Bpf.Tests.TestRun;
using NetMon.Testing.Namespaces;
using NetMon.Testing.Packets;
using static NetMon.Bpf.Tests.Parsing.Samples;

namespace NetMon.Bpf.Tests.Parsing;

/// <summary>Encapsulated traffic on an uplink is one outer flow, marked so that no sum counts its inside twice.</summary>
public sealed class OverlayTests
{
    private static readonly Dictionary<string, (Packet Packet, string Flow)> Tunnels = new(
        StringComparer.Ordinal
    )
    {
        ["vxlan"] = (V4.Vxlan(1).Then(Inner), "17 10.0.0.1 55555 > 10.0.0.2 4789"),
        ["vxlan of flannel"] = (V4.Vxlan(1, 8472).Then(Inner), "17 10.0.0.1 55555 > 10.0.0.2 8472"),
        ["vxlan over IPv6"] = (V6.Vxlan(1).Then(Inner), "17 fd00::1 55555 > fd00::2 4789"),
        ["geneve"] = (V4.Geneve(1).Then(Inner), "17 10.0.0.1 55555 > 10.0.0.2 6081"),
        ["wireguard"] = (V4.Udp(51820, 51820).Payload(148), "17 10.0.0.1 51820 > 10.0.0.2 51820"),
        ["gre"] = (V4.Gre().IPv4("1.1.1.1", "2.2.2.2").Udp(1, 2), "47 10.0.0.1 0 > 10.0.0.2 0"),
        ["gre with Ethernet"] = (V4.Gre(5).Then(Inner), "47 10.0.0.1 0 > 10.0.0.2 0"),
        ["gre over IPv6"] = (V6.Gre().Then(Inner), "47 fd00::1 0 > fd00::2 0"),
        ["ipip"] = (V4.IPv4("1.1.1.1", "2.2.2.2").Udp(1, 2), "4 10.0.0.1 0 > 10.0.0.2 0"),
        ["6in4"] = (V4.IPv6("fd01::1", "fd01::2").Udp(1, 2), "41 10.0.0.1 0 > 10.0.0.2 0"),
        ["6in6"] = (V6.IPv6("fd01::1", "fd01::2").Udp(1, 2), "41 fd00::1 0 > fd00::2 0"),
        ["4in6"] = (V6.IPv4("1.1.1.1", "2.2.2.2").Udp(1, 2), "4 fd00::1 0 > fd00::2 0"),
    };

    public static TheoryData<string> Names => [.. Tunnels.Keys];

    private static Packet Inner => Packet.Ethernet().IPv4("1.1.1.1", "2.2.2.2").Tcp(1, 2).Payload(10);

    [SkippableTheory]
    [MemberData(nameof(Names))]
    public void On_an_uplink_the_outer_flow_is_of_class_overlay(string tunnel) =>
        PrivateNetwork.Run(() =>
        {
            using var run = new KernelRun();
            using var uplink = new ObservedInterface(run, InterfaceKind.Uplink);
            run.Ifindex = uplink.Ifindex;
            run.Feed(Tunnels[tunnel].Packet);

            var flow = run.DrainSingle();
            Assert.Equal(Tunnels[tunnel].Flow, flow.ToString());
            Assert.True(flow.Overlay);
            Assert.Equal(new Amount(1, Tunnels[tunnel].Packet.Build().Length - 14), flow.Sent);
        });

    [SkippableTheory]
    [MemberData(nameof(Names))]
    public void At_a_pod_it_is_the_pods_own_traffic(string tunnel) =>
        PrivateNetwork.Run(() =>
        {
            using var run = new KernelRun();
            using var pod = new ObservedInterface(run, InterfaceKind.Pod);
            run.Ifindex = pod.Ifindex;
            run.Feed(Tunnels[tunnel].Packet);

            Assert.False(run.DrainSingle().Overlay);
        });

    [SkippableFact]
    public void Direct_traffic_on_an_uplink_is_not_overlay() =>
        PrivateNetwork.Run(() =>
        {
            using var run = new KernelRun();
            using var uplink = new ObservedInterface(run, InterfaceKind.Uplink);
            run.Ifindex = uplink.Ifindex;
            run.Feed(V4.Tcp(1000, 4789), V4.Udp(1000, 53), V4.Protocol(50, new byte[8]), V4.IcmpEcho(4789));

            Assert.Equal([false, false, false, false], run.Drain().Select(f => f.Overlay));
        });

    [SkippableFact]
    public void Which_ports_are_encapsulations_is_configurable() =>
        PrivateNetwork.Run(() =>
        {
            using var run = new KernelRun(new FlowProgramOptions { OverlayPorts = [4444] });
            using var uplink = new ObservedInterface(run, InterfaceKind.Uplink);
            run.Ifindex = uplink.Ifindex;
            run.Feed(V4.Vxlan(1, 4444).Then(Inner), V4.Vxlan(1, 4789).Then(Inner));

            var overlay = Assert.Single(run.Drain(), f => f.Overlay);
            Assert.Equal("17 10.0.0.1 55555 > 10.0.0.2 4444", overlay.ToString());
        });
}
