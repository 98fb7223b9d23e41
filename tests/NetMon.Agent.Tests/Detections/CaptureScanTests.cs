using Microsoft.Extensions.Logging.Abstractions;
using NetMon.Agent.Capture;
using NetMon.Agent.Interfaces;
using NetMon.Agent.Options;
using NetMon.Agent.Tests.Api;
using NetMon.Bpf;
using NetMon.Bpf.Attaching;
using NetMon.Core.Detections;
using NetMon.Core.Detections.Events;
using NetMon.Testing.Captures;
using NetMon.Testing.Namespaces;

namespace NetMon.Agent.Tests.Detections;

/// <summary>Recorded scans through the real programs and the whole agent; the number of ports is tshark's.</summary>
public sealed class CaptureScanTests
{
    [SkippableTheory]
    [InlineData("ndpi-synscan", "vertical-scan")]
    [InlineData("slips-test12-icmp-portscan", "horizontal-scan")]
    [InlineData("slips-test8-malicious", null)]
    public async Task A_recorded_scan_is_told_with_its_ports_and_what_is_none_is_not(
        string name,
        string? type
    )
    {
        Skip.If(CaptureFolder.Instance is null, CaptureFolder.AbsentReason);
        var captures = CaptureFolder.Instance!;
        var capture = captures.Captures.First(each => each.Name == name);
        var frames = captures
            .Read(capture)
            .Select(LinkFrame.Of)
            .Where(frame => frame.Kind == LinkFrameKind.Ethernet)
            .Select(frame => frame.Data.ToArray())
            .ToArray();

        using var network = new PrivateNetwork();
        FlowProgram program = null!;
        network.Invoke(() =>
            program = FlowProgram.Load(new FlowProgramOptions { Interval = TimeSpan.FromMilliseconds(100) })
        );
        using var loaded = program;
        await using var agent = await AgentUnderTest.StartAsync(
            options =>
            {
                options.SecurityMonitoring.AnswerWait = TimeSpan.FromSeconds(1);
                options.SecurityMonitoring.PortScan.FailedPercent = 30;
                // The recorded sweep has eighteen destinations.
                options.SecurityMonitoring.PortScan.Destinations = 5;
            },
            new KernelRecordSource(program)
        );
        network.Invoke(() =>
        {
            using var device = new TunDevice("nmtap", ethernet: true);
            using var attacher = Attacher.Open(program, AttachMethod.Auto);
            using var attachment = attacher.Attach(device.Index, LinkLayer.Ethernet);
            foreach (var frame in frames)
            {
                device.Receive(frame);
            }

            Thread.Sleep(TimeSpan.FromSeconds(3));
        });

        if (type is null)
        {
            Assert.Empty((await ReadAsync(agent)).Events);
            return;
        }

        var truth = captures.Truth(capture);
        var silent = truth.Flows.Count(flow => flow.Pkts[1] == 0);
        var leastAttempts = truth.FlowsTotal * 95 / 100;

        // What is told first is what there was at the threshold; the rest follows within a second.
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        SecurityEventListView list;
        while (!IsWhole(list = await ReadAsync(agent)))
        {
            await Task.Delay(50, patience.Token);
        }

        var told = Assert.Single(list.Events);
        Assert.Equal(type, told.Type);
        Assert.Equal(truth.Flows[0].A, told.Source!.Ip);
        if (type == "vertical-scan")
        {
            // Nobody else is in the capture: each flow is a port of its own, but for some that are tried from two ports, and few answer.
            Assert.Equal(truth.Flows[0].B, told.Destination!.Ip);
            Assert.InRange(told.Evidence.Ports!.Value, 900, 1000);
            Assert.InRange(told.Evidence.Attempts!.Value, leastAttempts, truth.FlowsTotal);
        }
        else
        {
            Assert.InRange(told.Evidence.Destinations!.Value, silent - 2, silent + 2);
        }

        bool IsWhole(SecurityEventListView now) =>
            now.Events is [var one]
            && (
                type == "vertical-scan"
                    ? one.Evidence.Ports >= 900 && one.Evidence.Attempts >= leastAttempts
                    : one.Evidence.Destinations >= silent - 2
            );
    }

    private static async Task<SecurityEventListView> ReadAsync(AgentUnderTest agent) =>
        System.Text.Json.JsonSerializer.Deserialize(
            await agent.Client.GetByteArrayAsync(new Uri("/api/v1/events", UriKind.Relative)),
            SecurityEventContext.Default.SecurityEventListView
        )!;
}
