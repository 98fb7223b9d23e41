using NetMon.Lab.Cluster;
using NetMon.Lab.Network;
using NetMon.Lab.Pods;
using NetMon.Lab.Proxy;
using NetMon.Lab.Services;
using NetMon.Testing.Lab;

namespace NetMon.EndToEnd.Attribution;

public sealed class ServicesAreOneFlow
{
    [SkippableTheory]
    [InlineData(NetworkMode.Flannel, ProxyMode.Nftables)]
    [InlineData(NetworkMode.Flannel, ProxyMode.Iptables)]
    [InlineData(NetworkMode.Calico, ProxyMode.Nftables)]
    [InlineData(NetworkMode.HostGateway, ProxyMode.Nftables)]
    public async Task Asked_by_a_pod_it_is_one_flow_on_each_node_with_the_backend_and_the_service(
        NetworkMode mode,
        ProxyMode proxy
    )
    {
        LabRequirements.SkipIfMissing(proxy == ProxyMode.Iptables ? "iptables" : "nft");
        await using var cluster = await LabCluster.StartAsync(
            new LabOptions
            {
                Nodes = 2,
                Mode = mode,
                Proxy = proxy,
            }
        );
        var near = cluster.CreatePod(new LabWorkload("shop", "Deployment", "near"), cluster.Nodes[0]);
        var far = cluster.CreatePod(new LabWorkload("shop", "Deployment", "far"), cluster.Nodes[1]);
        var client = cluster.CreatePod(new LabWorkload("shop", "Deployment", "client"), cluster.Nodes[0]);
        var services = cluster.ApplyServices(
            new LabService("shop", "near")
            {
                Ports = [new LabServicePort("web", 80, DatagramServer.Port, "udp", NodePort: 30080)],
                Type = "NodePort",
            },
            new LabService("shop", "far")
            {
                Ports = [new LabServicePort("web", 80, DatagramServer.Port, "udp")],
            }
        );
        using var nearServer = new DatagramServer(near);
        using var farServer = new DatagramServer(far);
        cluster.StartAgents("--interval", "200ms");
        var here = cluster.Agents[cluster.Nodes[0]].Follow();
        var there = cluster.Agents[cluster.Nodes[1]].Follow();

        foreach (var v6 in (bool[])[false, true])
        {
            var toNear = Datagrams.Exchange(client, services[0].ClusterIp(v6), 80);
            var toFar = Datagrams.Exchange(client, services[1].ClusterIp(v6), 80);
            var direct = Datagrams.Exchange(client, far.Address(v6), DatagramServer.Port);
            var nodePort = Datagrams.Exchange(client, v6 ? cluster.Nodes[0].V6 : cluster.Nodes[0].V4, 30080);

            AssertFlow(AttributedFlow.One(here, toNear), client, near, "shop/near");
            AssertFlow(AttributedFlow.One(here, toFar), client, far, "shop/far");
            AssertFlow(AttributedFlow.One(here, direct), client, far, "");
            AssertFlow(AttributedFlow.One(here, nodePort), client, near, "shop/near");
            AssertFlow(AttributedFlow.One(there, toFar), client, far, "");
            AssertFlow(AttributedFlow.One(there, direct), client, far, "");
        }

        // Eight exchanges, each counted once here and the four to the other node once there.
        Assert.DoesNotContain(here.Flows, flow => flow.Protocol == "udp" && IsTwice(here, flow));
        Assert.DoesNotContain(there.Flows, flow => flow.Protocol == "udp" && IsTwice(there, flow));
    }

    private static bool IsTwice(AgentStream stream, StreamedFlow flow) =>
        flow.Class == "direct"
        && stream.Flows.Count(other =>
            other.Forth.SourcePort == flow.Forth.SourcePort && other.Protocol == flow.Protocol
        ) > 1;

    private static void AssertFlow(AttributedFlow flow, LabPod from, LabPod to, string service)
    {
        Assert.Equal((from.Name, to.Name, service), (flow.SourcePod, flow.DestinationPod, flow.Service));
        Assert.Equal("pod-to-pod", flow.Scope);
    }
}
