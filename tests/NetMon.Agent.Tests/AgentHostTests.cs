using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using NetMon.Agent.Lifecycle;
using NetMon.Agent.Options;
using NetMon.Agent.Settings;

namespace NetMon.Agent.Tests;

public sealed class AgentHostTests
{
    [Fact]
    public async Task What_keeps_the_agent_from_starting_ends_it_with_1()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var options = Options();
        options.Api.Listen = (IPEndPoint)other.LocalEndpoint;

        using var stop = new AgentStop();
        Assert.Equal(1, await AgentHost.RunAsync(new FixedSettings(options), stop));
    }

    [SkippableFact]
    public async Task An_agent_that_is_told_to_stop_ends_with_0()
    {
        Skip.IfNot(Environment.IsPrivilegedProcess, "needs root, for BPF");
        using var stop = new AgentStop();
        var running = AgentHost.RunAsync(new FixedSettings(Options()), stop);
        stop.Request(StopReason.Terminated);

        Assert.Equal(0, await running);
    }

    private static AgentOptions Options()
    {
        var options = new AgentOptions();
        options.Api.Listen = new IPEndPoint(IPAddress.Loopback, 0);
        options.State.Directory = "";
        options.State.BpfDirectory = "";
        options.Log.Level = LogLevel.None;

        // No interface of this machine has such a name: the test must not watch real traffic.
        options.Capture.Interfaces = ["nm-no-such-*"];
        return options;
    }
}
