using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using NetMon.Agent.Capture;
using NetMon.Agent.Interfaces;
using NetMon.Agent.Metrics;
using NetMon.Agent.Options;
using NetMon.Agent.Tests.Api;
using NetMon.Bpf;
using NetMon.Testing.Lab;

namespace NetMon.Agent.Tests;

public sealed class RealKernelTests
{
    private const int Pings = 7;

    [SkippableTheory]
    [InlineData(AttachMode.Tcx)]
    [InlineData(AttachMode.Clsact)]
    public async Task Packets_of_a_real_interface_are_in_the_list_the_metrics_and_the_stream_that_a_shutdown_drains(
        AttachMode mode
    )
    {
        LabRequirements.SkipIfMissing("ping");
        using var network = new LabNetwork();
        var (host, pod) = (network.AddNamespace("host"), network.AddNamespace("pod"));
        host.Run(
            "ip",
            "link",
            "add",
            AgentUnderTest.LabInterfaceName,
            "index",
            $"{AgentUnderTest.LabInterfaceIndex}",
            "type",
            "veth",
            "peer",
            "name",
            "eth0",
            "netns",
            pod.Name
        );
        host.Run("ip", "addr", "add", "10.78.0.1/24", "dev", AgentUnderTest.LabInterfaceName);
        host.Run("ip", "link", "set", AgentUnderTest.LabInterfaceName, "up");
        pod.Run("ip", "addr", "add", "10.78.0.2/24", "dev", "eth0");
        pod.Run("ip", "link", "set", "eth0", "up");

        using var program = FlowProgram.Load(
            new FlowProgramOptions { Interval = TimeSpan.FromMilliseconds(200) }
        );
        await using var agent = await AgentUnderTest.StartAsync(source: new KernelRecordSource(program));
        _ = new KernelMetrics(program, agent.Agent.Registry, maxFlows: 262_144, () => 0);
        var addresses = new LocalAddresses(TimeProvider.System);
        using var podAddresses = new PodAddressWatch(addresses, NullLogger<PodAddressWatch>.Instance);
        using var interfaces = new InterfaceWatch(
            new InterfaceRules(new CaptureOptions()),
            () => new KernelInterfaceHooks(program, pins: null, mode, NullLogger.Instance),
            observer => new KernelLinkSource(observer, podAddresses),
            new InterfaceNames(),
            TimeProvider.System,
            NullLogger<InterfaceWatch>.Instance
        );

        // The watch's own thread begins where it is started from: in the host's namespace.
        await host.Inside(interfaces.StartAsync);
        Assert.Equal(InterfaceKind.Pod, Assert.Single(interfaces.Observed.Attached).Value);

        using var stream = await agent.FollowAsync("&protocol=icmp");
        pod.Run(
            "ping",
            "-c",
            Pings.ToString(CultureInfo.InvariantCulture),
            "-i",
            "0.05",
            "-s",
            "100",
            "10.78.0.1"
        );
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while ((await agent.ListAsync("?protocol=icmp")).Flows is not [{ Received.Packets: Pings }])
        {
            await Task.Delay(20, patience.Token);
        }

        var flow = Assert.Single((await agent.ListAsync("?protocol=icmp")).Flows);
        Assert.Equal(("10.78.0.2", "10.78.0.1"), (flow.Source.Ip, flow.Destination.Ip));
        Assert.Equal((Pings, Pings * 128), (flow.Sent.Packets, flow.Sent.Bytes));
        Assert.Equal(("replied", "ok", "egress"), (flow.State, flow.Status, flow.Direction));
        Assert.Equal(AgentUnderTest.LabInterfaceName, flow.Source.Interface);
        var counted =
            $"src_ip=\"10.78.0.2\",dst_ip=\"10.78.0.1\",protocol=\"icmp\",direction=\"egress\"}} {Pings}\n";
        string metrics;
        while (
            !(metrics = await agent.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative))).Contains(
                counted,
                StringComparison.Ordinal
            )
        )
        {
            // A record is in the list before it is in the metrics.
            await Task.Delay(20, patience.Token);
        }

        Assert.Contains("netmon_map_entries{map=\"interfaces\"} 1\n", metrics, StringComparison.Ordinal);

        interfaces.Dispose();
        Assert.Equal(0, program.InterfaceCount);
        var reading = stream.RestAsync();
        await agent.Agent.StopAsync();
        var lines = await reading;
        Assert.Equal(Pings, lines.Sum(line => line.Flow!.Received.Packets));
        Assert.Equal("end", lines[^1].Flow!.Event);
    }
}
