using NetMon.Agent.Attribution;
using NetMon.Agent.Interfaces;
using NetMon.Agent.Tests.Records;
using NetMon.Agent.Tests.Sockets;
using NetMon.Bpf.Records;
using NetMon.Core.Endpoints;
using NetMon.Core.Flows;

namespace NetMon.Agent.Tests.Attribution;

/// <summary>
/// A node's agent from the record to the figures. Node n1 has 192.168.0.1 at its uplink (index 2), with the pods 10.1.0.2 (client, index 11) and 10.1.0.3 (web,
/// index 12); node n2 has 192.168.0.2 and the pod 10.2.0.2 (web).
/// </summary>
internal sealed class NodeUnderTest
{
    public const uint Uplink = 2;
    public const int ClientInterface = 11;
    public const int WebInterface = 12;
    public const string Client = "10.1.0.2:40000";
    public const string Web = "10.1.0.3:8080";
    public const string RemoteWeb = "10.2.0.2:8080";
    public const string Service = "10.96.0.1:80";
    public const string Outside = "203.0.113.9:50000";

    public NodeUnderTest(
        int rate = 5000,
        bool tracking = true,
        Func<LocalAddresses, ScriptedSockets>? sockets = null,
        ManualTime? time = null
    )
    {
        Time = time ?? new ManualTime();
        Addresses = new LocalAddresses(Time);
        Cluster.Node("n1", "192.168.0.1");
        Cluster.Node("n2", "192.168.0.2");
        ClientPod = Cluster.Pod("client", "n1", "10.1.0.2");
        WebPod = Cluster.Pod("web", "n1", "10.1.0.3");
        RemoteWebPod = Cluster.Pod("web2", "n2", "10.2.0.2");
        WebService = Cluster.Service("web", Service, backends: [Web, RemoteWeb]);
        Addresses.AddOwn(TestCluster.Address("192.168.0.1"));
        AddPod(ClientInterface, "10.1.0.2");
        AddPod(WebInterface, "10.1.0.3");
        Sockets = sockets?.Invoke(Addresses);
        Agent = new PipelineUnderTest(
            sources: new AttributionSources
            {
                View = Cluster,
                Addresses = Addresses,
                Node = new ThisNode(Cluster, "n1", "host"),
                Clock = new WallClock(TimeProvider.System),
                Connections = tracking ? Connections : null,
                ConnectionRate = rate,
                Owners = Sockets?.Owners,
            }
        );
    }

    public ManualTime Time { get; }

    public LocalAddresses Addresses { get; }

    public ScriptedSockets? Sockets { get; }

    public TestCluster Cluster { get; } = new();

    public TestConnections Connections { get; } = new();

    public PipelineUnderTest Agent { get; }

    public Endpoint ClientPod { get; }

    public Endpoint WebPod { get; }

    public Endpoint RemoteWebPod { get; }

    public ServicePort WebService { get; }

    /// <summary>CLOCK_MONOTONIC.</summary>
    public ulong NowNs => (ulong)Time.GetTimestamp() * 100;

    public AttributionCounters Counters => Agent.Attribution;

    public void AddPod(int ifindex, string address, bool isNew = false)
    {
        Addresses.AddPod(ifindex, isNew ? (long)NowNs : 0);
        Addresses.SetAddresses(ifindex, [TestCluster.Address(address)]);
    }

    /// <summary>A flow whose source's packets enter at a pod's interface, and whose destination's leave there.</summary>
    public TestFlow FromPod(string source, string destination, int ifindex, byte protocol = IpProtocol.Tcp) =>
        Flow(source, destination, protocol)
            .ObservedAt(
                sent: (uint)ifindex | FlowStateRecord.ObserverPod,
                received: (uint)ifindex | FlowStateRecord.ObserverPod | FlowStateRecord.ObserverEgress
            );

    /// <summary>A flow whose source's packets leave to a pod's interface, and whose destination's enter there.</summary>
    public TestFlow ToPod(string source, string destination, int ifindex, byte protocol = IpProtocol.Tcp) =>
        Flow(source, destination, protocol)
            .ObservedAt(
                sent: (uint)ifindex | FlowStateRecord.ObserverPod | FlowStateRecord.ObserverEgress,
                received: (uint)ifindex | FlowStateRecord.ObserverPod
            );

    /// <summary>A flow whose source's packets leave by the uplink.</summary>
    public TestFlow Out(string source, string destination, byte protocol = IpProtocol.Tcp) =>
        Flow(source, destination, protocol)
            .ObservedAt(sent: Uplink | FlowStateRecord.ObserverEgress, received: Uplink);

    /// <summary>A flow whose source's packets come in by the uplink.</summary>
    public TestFlow In(string source, string destination, byte protocol = IpProtocol.Tcp) =>
        Flow(source, destination, protocol)
            .ObservedAt(sent: Uplink, received: Uplink | FlowStateRecord.ObserverEgress);

    /// <summary>Ten packets of 1,000 bytes each way, as a flow's first record.</summary>
    public void Open(params TestFlow[] flows) => Process(RecordReason.Open, flows);

    public void Process(RecordReason reason, params TestFlow[] flows)
    {
        foreach (var flow in flows)
        {
            Agent.Process(flow.Record(reason, (10, 10_000), (10, 10_000), NowNs));
        }
    }

    /// <summary>The end of a batch of records.</summary>
    public void Step() => Agent.Pipeline.Attribute(NowNs);

    /// <summary>Time goes by, with a look each 10 ms.</summary>
    public void Wait(int milliseconds)
    {
        for (var passed = 0; passed < milliseconds; passed += 10)
        {
            Time.Advance(TimeSpan.FromMilliseconds(10));
            Step();
        }
    }

    /// <summary>The only flow that readers see.</summary>
    public Flow Single() => Assert.Single(Agent.Flows());

    /// <summary>Bytes in the metrics, by direction.</summary>
    public long Bytes(FlowDirection direction) =>
        (long)
            Agent
                .Samples("netmon_bytes_total")
                .Where(sample =>
                    sample.Key.Contains($"direction=\"{direction.Word()}\"", StringComparison.Ordinal)
                )
                .Sum(sample => sample.Value);

    private TestFlow Flow(string source, string destination, byte protocol) =>
        new TestFlow(source, destination, protocol, startNs: NowNs).With(FlowFlags.SynSeen);
}
