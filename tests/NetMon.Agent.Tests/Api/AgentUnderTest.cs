using System.Collections.Immutable;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using NetMon.Agent.Api;
using NetMon.Agent.Attribution;
using NetMon.Agent.Capture;
using NetMon.Agent.Clusters;
using NetMon.Agent.Interfaces;
using NetMon.Agent.Options;
using NetMon.Agent.Tests.Records;
using NetMon.Bpf;
using NetMon.Core.Flows;

namespace NetMon.Agent.Tests.Api;

/// <summary>A whole agent with a real HTTP server; only its records are a test's.</summary>
internal sealed class AgentUnderTest : IAsyncDisposable
{
    /// <summary>An index that no other interface of a test has, and its name.</summary>
    public const int LabInterfaceIndex = 77;
    public const string LabInterfaceName = "veth77";

    private AgentUnderTest(RunningAgent agent, ApiServer server)
    {
        Agent = agent;
        Address = server.Address;
        SocketPath = server.SocketPath;
        Client = new HttpClient { BaseAddress = new Uri($"http://{Address}") };
    }

    public ScriptedSource Source { get; } = new();

    public RunningAgent Agent { get; }

    public IPEndPoint Address { get; }

    /// <summary>Null unless the settings name a directory.</summary>
    public string? SocketPath { get; }

    public HttpClient Client { get; }

    public ObservedInterfaces Interfaces { get; set; } =
        ObservedInterfaces.None with
        {
            Settled = true,
            Attached = ImmutableDictionary<int, InterfaceKind>.Empty.Add(2, InterfaceKind.Uplink),
        };

    public ClusterStanding Cluster { get; set; } = ClusterStanding.Ready;

    /// <param name="configure">Changes the settings.</param>
    /// <param name="source">Where records come from, if not from <see cref="Source"/>.</param>
    /// <param name="sources">What is known of addresses; null: a host without a cluster that is 10.0.0.1.</param>
    public static async Task<AgentUnderTest> StartAsync(
        Action<AgentOptions>? configure = null,
        IRecordSource? source = null,
        AttributionSources? sources = null
    )
    {
        var options = new AgentOptions();
        options.Api.Listen = new IPEndPoint(IPAddress.Loopback, 0);
        options.State.Directory = "";
        options.Api.Limits.StreamsPerClient = options.Api.Limits.Streams;
        options.Flow.Interval = TimeSpan.FromMilliseconds(100);
        options.Metrics.Labels = ["src_ip", "dst_ip", "protocol"];
        configure?.Invoke(options);
        var names = new InterfaceNames();
        names.Set(2, "eth0");
        names.Set(LabInterfaceIndex, LabInterfaceName);
        AgentUnderTest? test = null;
        var agent = new RunningAgent(
            options,
            () => test?.Interfaces ?? ObservedInterfaces.None,
            names,
            sources ?? PipelineUnderTest.OfHost("10.0.0.1"),
            () => test?.Cluster ?? ClusterStanding.Ready,
            NullLoggerFactory.Instance,
            TimeProvider.System
        );
        var server = await agent.StartApiAsync();
        test = new AgentUnderTest(agent, server);
        agent.StartCapture(source ?? test.Source);
        return test;
    }

    /// <summary>Waits until the table has so many flows, and everything that was put on the ring is in every figure: a flow is in the table before.</summary>
    public async Task HasFlowsAsync(int count)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!Source.IsSettled || Agent.Table.Count != count)
        {
            await Task.Delay(2, patience.Token);
        }
    }

    public async Task<FlowListView> ListAsync(string query = "")
    {
        var body = await Client.GetByteArrayAsync(new Uri("/api/v1/flows" + query, UriKind.Relative));
        Assert.True(FlowJsonReader.TryReadList(body, out var list));
        return list;
    }

    public async Task<StreamReaderUnderTest> FollowAsync(string query = "")
    {
        var uri = new Uri("/api/v1/flows?follow=true" + query, UriKind.Relative);
        var response = await Client.GetAsync(uri, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/x-ndjson", response.Content.Headers.ContentType?.MediaType);
        return new StreamReaderUnderTest(response, await response.Content.ReadAsStreamAsync());
    }

    public async ValueTask DisposeAsync()
    {
        await Agent.DisposeAsync();
        Client.Dispose();
        Source.Dispose();
    }
}

/// <summary>The lines of a stream.</summary>
internal sealed class StreamReaderUnderTest(HttpResponseMessage response, Stream body) : IDisposable
{
    private readonly StreamReader _reader = new(body);

    /// <returns>Null at the end.</returns>
    public async Task<FlowStreamLine?> NextAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var text = await _reader.ReadLineAsync(patience.Token);
        if (text is null)
        {
            return null;
        }

        Assert.True(FlowJsonReader.TryReadLine(System.Text.Encoding.UTF8.GetBytes(text), out var line), text);
        return line;
    }

    public async Task<List<FlowStreamLine>> RestAsync()
    {
        var lines = new List<FlowStreamLine>();
        while (await NextAsync() is { } line)
        {
            lines.Add(line);
        }

        return lines;
    }

    public void Dispose()
    {
        _reader.Dispose();
        response.Dispose();
    }
}
