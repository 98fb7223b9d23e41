using NetMon.Agent.Flows;
using NetMon.Bpf.Netlink;
using NetMon.Core.Flows;

namespace NetMon.Agent.Tests.Flows;

public sealed class InitiatorRulesTests
{
    /// <summary>Beyond the ports that a system gives to whoever asks for any.</summary>
    private const int Unused = 65_432;

    [Theory]
    [InlineData(80, 50000, true)]
    [InlineData(50000, 80, false)]
    [InlineData(30080, 50000, true)]
    [InlineData(80, 5000, true)]
    [InlineData(5000, 80, false)]
    [InlineData(5000, 6000, false)]
    [InlineData(50000, 60000, false)]
    [InlineData(53, 53, false)]
    public void Without_a_syn_the_end_with_a_servers_port_is_the_destination(
        int source,
        int destination,
        bool swapped
    )
    {
        Assert.Equal(swapped, Swapped(new InitiatorRules(), source, destination));
    }

    [Fact]
    public void Who_answered_a_syn_before_is_the_server_whatever_its_port()
    {
        var rules = new InitiatorRules();
        rules.Learn(End(1, 50000), IpProtocol.Tcp);

        Assert.True(Swapped(rules, 50000, 60000));
        Assert.True(Swapped(rules, 50000, 80));
        Assert.False(Swapped(rules, 50000, 60000, IpProtocol.Udp));
    }

    [Fact]
    public void Protocols_without_ports_are_left_as_they_are()
    {
        Assert.False(Swapped(new InitiatorRules(), 80, 50000, IpProtocol.Icmp));
    }

    [SkippableFact]
    public void A_port_that_this_host_listens_on_is_a_servers_where_the_packets_are_this_hosts()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Any, 0);
        listener.Start();
        var port = ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
        using var sockets = new ListeningSockets();
        var rules = new InitiatorRules { Listening = sockets.Read() };
        Skip.If(rules.Listening.Contains(IpProtocol.Tcp, Unused), $"something listens on port {Unused}");

        const uint leaving = 2 | Bpf.Records.FlowStateRecord.ObserverEgress;
        Assert.True(Swapped(rules, port, Unused, observers: (leaving, 2)));
        Assert.False(Swapped(rules, port, Unused, observers: (2, leaving)));
    }

    private static bool Swapped(
        InitiatorRules rules,
        int source,
        int destination,
        byte protocol = IpProtocol.Tcp,
        (uint, uint) observers = default
    ) => rules.AreSwapped(End(1, source), End(2, destination), protocol, observers);

    private static FlowEndpoint End(uint host, int port) =>
        new(NetworkAddress.FromIPv4(0x0a000000 | host), (ushort)port, 0);
}
