using System.Runtime.CompilerServices;
using NetMon.Agent.Drops;
using NetMon.Agent.HostCounters;
using NetMon.Agent.Tests.Records;
using NetMon.Core.Metrics;

namespace NetMon.Agent.Tests.HostCounters;

public sealed class HostMetricsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("nm-host-").FullName;
    private readonly MetricRegistry _registry = new();

    public HostMetricsTests() => HostMetrics.Register(_registry, _folder);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Counters_of_protocols_have_the_kernels_names()
    {
        Write("snmp", "Ip: Forwarding OutNoRoutes\nIp: 1 7\nTcp: MaxConn InErrs\nTcp: -1 3\n");
        Write("netstat", "TcpExt: SyncookiesSent ListenOverflows\nTcpExt: 0 12\n");
        Write("snmp6", "Ip6OutNoRoutes                  \t5\nUdp6RcvbufErrors\t2\n");

        var samples = Samples("netmon_host_protocol_total");
        Assert.Equal(7, samples["""{protocol="Ip",counter="OutNoRoutes"}"""]);
        Assert.Equal(3, samples["""{protocol="Tcp",counter="InErrs"}"""]);
        Assert.Equal(12, samples["""{protocol="TcpExt",counter="ListenOverflows"}"""]);
        Assert.Equal(5, samples["""{protocol="Ip6",counter="OutNoRoutes"}"""]);
        Assert.Equal(2, samples["""{protocol="Udp6",counter="RcvbufErrors"}"""]);
        Assert.DoesNotContain(samples.Keys, key => key.Contains("Forwarding", StringComparison.Ordinal));
    }

    [Fact]
    public void Each_cpu_tells_what_it_dropped()
    {
        Write(
            "softnet_stat",
            "00000010 00000002 0000001f 0 0 0 0 0 0 0 0 00000000 00000000\n00000010 00000000 00000001 0 0 0 0 0 0 0 0 00000000 00000003\n"
        );

        var samples = Samples("netmon_host_softnet_total");
        Assert.Equal(2, samples["""{cpu="0",counter="dropped"}"""]);
        Assert.Equal(31, samples["""{cpu="0",counter="time_squeeze"}"""]);
        Assert.Equal(1, samples["""{cpu="3",counter="time_squeeze"}"""]);
    }

    [Fact]
    public void Interfaces_tell_their_losses_each_way()
    {
        Write(
            "dev",
            """
            Inter-|   Receive                                                |  Transmit
             face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
              eth0: 1000 10 1 2 3 0 0 0 2000 20 4 5 6 0 0 0
            veth:1:9000 90 0 8 0 0 0 0 0 0 0 0 0 0 0 0

            """
        );

        var samples = Samples("netmon_interface_drops_total");
        Assert.Equal(2, samples["""{interface="eth0",direction="receive",kind="dropped"}"""]);
        Assert.Equal(1, samples["""{interface="eth0",direction="receive",kind="errors"}"""]);
        Assert.Equal(3, samples["""{interface="eth0",direction="receive",kind="overruns"}"""]);
        Assert.Equal(5, samples["""{interface="eth0",direction="transmit",kind="dropped"}"""]);
        Assert.Equal(4, samples["""{interface="eth0",direction="transmit",kind="errors"}"""]);
        Assert.Equal(8, samples["""{interface="veth:1",direction="receive",kind="dropped"}"""]);
    }

    [Fact]
    public void What_the_kernel_does_not_have_is_left_out() =>
        Assert.Empty(Samples("netmon_host_softnet_total"));

    [Fact]
    public void The_running_kernels_files_can_be_read()
    {
        var registry = new MetricRegistry();
        HostMetrics.Register(registry);
        var samples = PipelineUnderTest.Samples(registry, "netmon_host_protocol_total");
        Assert.Contains("""{protocol="TcpExt",counter="ListenOverflows"}""", samples.Keys);
        Assert.NotEmpty(PipelineUnderTest.Samples(registry, "netmon_host_softnet_total"));
        Assert.Contains(
            """{interface="lo",direction="receive",kind="dropped"}""",
            PipelineUnderTest.Samples(registry, "netmon_interface_drops_total").Keys
        );
    }

    [Fact]
    public void The_document_lists_every_counter_and_every_ordinary_place()
    {
        var document = Document();
        Assert.All(
            HostCounterTable.All,
            one =>
                Assert.Contains(
                    $"| `{one.Protocol}` | `{one.Name}` | {one.Meaning} |\n",
                    document,
                    StringComparison.Ordinal
                )
        );
        Assert.All(
            DropPlaces.OrdinaryPlaces,
            one =>
                Assert.Contains(
                    $"| `{one.Reason}` | `{one.Function}` | {one.Meaning} |\n",
                    document,
                    StringComparison.Ordinal
                )
        );
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder, name), text);

    private Dictionary<string, double> Samples(string name) => PipelineUnderTest.Samples(_registry, name);

    private static string Document([CallerFilePath] string here = "") =>
        File.ReadAllText(Path.Combine(Path.GetDirectoryName(here)!, "../../../docs/drops.md"));
}
