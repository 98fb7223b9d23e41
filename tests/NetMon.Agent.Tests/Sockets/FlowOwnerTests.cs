using NetMon.Agent.Attribution;
using NetMon.Agent.Interfaces;
using NetMon.Agent.Sockets;
using NetMon.Agent.Tests.Records;
using NetMon.Bpf.Records;
using NetMon.Core.Endpoints;
using NetMon.Core.Flows;
using NetMon.Testing;
using static NetMon.Agent.Tests.Sockets.ScriptedSockets;

namespace NetMon.Agent.Tests.Sockets;

/// <summary>Who is behind the ends of a flow, without a cluster: the host is 10.0.0.1, the container 10.0.0.2 is in namespace 77.</summary>
public sealed class FlowOwnerTests : IDisposable
{
    private const string Host = "10.0.0.1:40000";
    private const string Server = "192.0.2.7:443";

    private readonly LocalAddresses _addresses = new(TimeProvider.System);
    private readonly ScriptedSockets _sockets;
    private readonly PipelineUnderTest _agent;
    private readonly SocketSource _source;

    public FlowOwnerTests()
    {
        _addresses.AddOwn(NetworkAddress.FromIPv4(0x0a00_0001));
        _addresses.AddPod(11, 0);
        _addresses.SetAddresses(11, [NetworkAddress.FromIPv4(0x0a00_0002)]);
        _sockets = new ScriptedSockets(_addresses);
        var view = new StandaloneView(NetworkNames.None);
        _agent = new PipelineUnderTest(
            sources: new AttributionSources
            {
                View = view,
                Addresses = _addresses,
                Node = new ThisNode(view, null, "host"),
                Clock = new WallClock(TimeProvider.System),
                Owners = _sockets.Owners,
            }
        );
        _source = _sockets.Connect(_agent.Table);
    }

    private Flow Flow => Assert.Single(_agent.Flows());

    public void Dispose() => _sockets.Dispose();

    [Fact]
    public void A_client_is_known_before_anybody_sees_its_flow()
    {
        _sockets.Tell(Event(SocketKind.Opened, Host, Server, 12, "curl"));
        var opened = _agent.ProcessOne(new TestFlow(Host, Server).Record(RecordReason.Open, (1, 60)));
        Assert.Equal((12, "curl"), (opened.Flow.SourceOwner!.ProcessId, opened.Flow.SourceOwner.Command));
        Assert.Null(opened.Flow.DestinationOwner);
    }

    [Fact]
    public void An_event_after_the_record_reaches_the_flow()
    {
        _agent.Process(new TestFlow(Host, Server).Record(RecordReason.Open, (1, 60)));
        Assert.Null(Flow.SourceOwner);
        _sockets.Tell(Event(SocketKind.Closed, Host, Server, 12, "curl"));
        _source.Take(0, last: false);
        Assert.Equal(12, Flow.SourceOwner!.ProcessId);
    }

    [Fact]
    public void Both_ends_of_a_connection_on_one_host_have_owners()
    {
        _sockets.Tell(Event(SocketKind.Opened, Host, "10.0.0.2:80", 12, "curl", cookie: 1));
        var accepted = Event(
            SocketKind.Opened,
            "10.0.0.2:80",
            Host,
            99,
            "nginx",
            cookie: 2,
            netns: ScriptedSockets.Pod
        );
        accepted.Owner.Flags = SocketFlags.Accepted;
        _sockets.Tell(accepted);
        _agent.Process(new TestFlow(Host, "10.0.0.2:80").Record(RecordReason.Open, (1, 60)));
        Assert.Equal(("curl", "nginx"), (Flow.SourceOwner!.Command, Flow.DestinationOwner!.Command));
    }

    [Fact]
    public void What_the_kernel_says_of_a_connection_is_in_its_flow()
    {
        _agent.Process(new TestFlow(Host, Server).Record(RecordReason.Open, (1, 60)));
        var seen = Event(SocketKind.Seen, Host, Server, 12, "curl");
        (seen.SrttUs, seen.RttvarUs, seen.MinRttUs, seen.Retransmits) = (1500, 200, 900, 3);
        seen.DeliveryRate = 1_000_000;
        seen.HasFigures = 1;
        _sockets.Tell(seen);
        _source.Take(0, last: false);
        var figures = Flow.SourceSocket;
        Assert.Equal(
            (1500u, 200u, 900u, 3u, 1_000_000ul),
            (figures.SrttUs, figures.RttVarUs, figures.MinRttUs, figures.Retransmits, figures.DeliveryRate)
        );
        Assert.Equal(0ul, Flow.DestinationSocket.ReadNs);
    }

    [Fact]
    public void A_server_is_known_by_its_port_before_it_accepts()
    {
        _sockets.Tell(Event(SocketKind.Bound, "[::]:8080", null, 7, "server"));
        var opened = _agent.ProcessOne(
            new TestFlow("192.0.2.7:50000", "10.0.0.1:8080").Record(RecordReason.Open, (1, 60))
        );
        Assert.Equal("server", opened.Flow.DestinationOwner!.Command);
    }

    [Fact]
    public void The_same_port_in_another_namespace_is_anothers()
    {
        _sockets.Tell(Event(SocketKind.Bound, "0.0.0.0:53", null, 7, "host-dns", protocol: IpProtocol.Udp));
        _sockets.Tell(
            Event(
                SocketKind.Bound,
                "0.0.0.0:53",
                null,
                8,
                "pod-dns",
                cookie: 101,
                netns: ScriptedSockets.Pod,
                protocol: IpProtocol.Udp,
                home: "10.0.0.2"
            )
        );
        _agent.Process(
            new TestFlow("192.0.2.7:999", "10.0.0.1:53", IpProtocol.Udp).Record(RecordReason.Open, (1, 60))
        );
        _agent.Process(
            new TestFlow("192.0.2.7:999", "10.0.0.2:53", IpProtocol.Udp).Record(RecordReason.Open, (1, 60))
        );
        Assert.Equal(
            ["host-dns", "pod-dns"],
            _agent.Flows().Select(flow => flow.DestinationOwner!.Command).Order()
        );
    }

    [Fact]
    public void A_socket_that_was_closed_before_the_flow_began_is_not_its()
    {
        _sockets.Tell(Event(SocketKind.Opened, Host, Server, 12, "old"));
        _sockets.Tell(Event(SocketKind.Closed, Host, Server, 12, "old"));
        _source.Take(0, last: false);
        _agent.Process(new TestFlow(Host, Server).Record(RecordReason.Open, (1, 60)));
        Assert.Null(Flow.SourceOwner);
        _sockets.Tell(Event(SocketKind.Opened, Host, Server, 13, "young", cookie: 101));
        _source.Take(0, last: false);
        Assert.Equal("young", Flow.SourceOwner!.Command);
    }

    [Fact]
    public void The_end_of_an_earlier_socket_does_not_touch_the_flow_of_a_later_one()
    {
        _sockets.Tell(Event(SocketKind.Opened, Host, Server, 13, "young", cookie: 101));
        _agent.Process(new TestFlow(Host, Server).Record(RecordReason.Open, (1, 60)));
        _sockets.Tell(Event(SocketKind.Closed, Host, Server, 12, "old", cookie: 100));
        _source.Take(0, last: false);
        Assert.Equal("young", Flow.SourceOwner!.Command);
    }

    [Fact]
    public void A_process_that_runs_another_program_is_shown_by_its_new_name()
    {
        _sockets.Tell(Event(SocketKind.Opened, Host, Server, 12, "sh"));
        _agent.Process(new TestFlow(Host, Server).Record(RecordReason.Open, (1, 60)));
        _sockets.Tell(Event(SocketKind.Seen, Host, Server, 12, "server"));
        _source.Take(0, last: false);
        Assert.Equal("server", Flow.SourceOwner!.Command);
    }

    [Fact]
    public void Flows_of_one_process_share_its_object_and_another_with_its_number_has_its_own()
    {
        _sockets.Cgroups[5] = "/a.service";
        _sockets.Cgroups[6] = "/b.service";
        foreach (var (port, cgroup) in new[] { (1, 5ul), (2, 5ul), (3, 6ul) })
        {
            var local = $"10.0.0.1:{port}";
            _sockets.Tell(Event(SocketKind.Opened, local, Server, 12, "curl", cgroup, cookie: (ulong)port));
            _agent.Process(new TestFlow(local, Server).Record(RecordReason.Open, (1, 60)));
        }

        var owners = _agent
            .Flows()
            .OrderBy(flow => flow.Source.Port)
            .Select(flow => flow.SourceOwner)
            .ToArray();
        Assert.Same(owners[0], owners[1]);
        Assert.NotSame(owners[0], owners[2]);
        Assert.Equal("/b.service", owners[2]!.CgroupPath);
    }

    [Fact]
    public void A_flow_that_nothing_was_told_of_gets_its_owner_after_a_walk()
    {
        _agent.Process(
            new TestFlow("192.0.2.7:999", "10.0.0.1:53", IpProtocol.Udp).Record(RecordReason.Open, (1, 60))
        );
        _source.Apply(Event(SocketKind.Bound, "0.0.0.0:53", null, 7, "dns", protocol: IpProtocol.Udp));
        _source.FillAll();
        Assert.Equal("dns", Flow.DestinationOwner!.Command);
    }

    [Fact]
    public void An_end_that_is_not_here_has_no_owner_though_its_socket_is_told_of()
    {
        _sockets.Tell(Event(SocketKind.Opened, Server, Host, 9, "elsewhere"));
        _agent.Process(new TestFlow(Host, Server).Record(RecordReason.Open, (1, 60)));
        _sockets.Tell(Event(SocketKind.Closed, Server, Host, 9, "elsewhere"));
        _source.Take(0, last: false);
        Assert.Null(Flow.DestinationOwner);
    }

    [Fact]
    public void What_is_remembered_is_bounded_and_its_loss_is_counted()
    {
        for (var i = 0; i < 3000; i++)
        {
            _source.Apply(
                Event(SocketKind.Opened, $"10.0.0.1:{i + 1}", Server, (uint)i, "many", cookie: (ulong)i)
            );
        }

        _source.Take((ulong)System.Diagnostics.Stopwatch.GetTimestamp(), last: false);
        Assert.Equal(1000, _sockets.Counts.Connections);
        Assert.Equal(2000, _sockets.Counts.Displaced);
    }

    [Fact]
    public void Nothing_is_allocated_for_sockets_of_known_processes()
    {
        _sockets.Cgroups[5] = "/a.service";
        var events = new SocketEvent[512];
        for (var i = 0; i < events.Length; i++)
        {
            events[i] = Event(SocketKind.Opened, $"10.0.0.1:{i + 1}", Server, 12, "curl", cookie: (ulong)i);
        }

        Assert.Equal(0, Allocation.Of(() => Play(events)));
    }

    [Fact]
    public void Ends_without_an_owner_are_counted()
    {
        _sockets.Tell(Event(SocketKind.Opened, Host, Server, 12, "curl"));
        var known = new TestFlow(Host, Server);
        _agent.Process(known.Record(RecordReason.Open, (1, 60)));
        _agent.Process(known.Record(RecordReason.End));
        var unknown = new TestFlow("10.0.0.1:1", Server);
        _agent.Process(unknown.Record(RecordReason.Open, (1, 60)));
        _agent.Process(unknown.Record(RecordReason.End));
        Assert.Equal((1, 1), (_sockets.Counts.Owned, _sockets.Counts.Missed));
    }

    private void Play(SocketEvent[] events)
    {
        foreach (ref readonly var one in events.AsSpan())
        {
            _source.Apply(in one);
        }
    }
}
