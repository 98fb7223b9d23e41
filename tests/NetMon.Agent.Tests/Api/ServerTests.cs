using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using NetMon.Agent.Interfaces;
using NetMon.Agent.Options;

namespace NetMon.Agent.Tests.Api;

public sealed class ServerTests
{
    [Fact]
    public async Task It_is_ready_once_an_interface_is_observed_and_says_what_fails()
    {
        await using var agent = await AgentUnderTest.StartAsync();
        var ready = agent.Interfaces;
        agent.Interfaces = ObservedInterfaces.None;
        Assert.Equal(
            (HttpStatusCode.ServiceUnavailable, "the programs are being attached"),
            await ReadyAsync(agent)
        );

        agent.Interfaces = ObservedInterfaces.None with { Settled = true };
        Assert.Equal(
            (HttpStatusCode.ServiceUnavailable, "there is no interface to observe"),
            await ReadyAsync(agent)
        );

        agent.Interfaces = ready;
        Assert.Equal((HttpStatusCode.OK, null), await ReadyAsync(agent));

        agent.Interfaces = ready with
        {
            Failed = ImmutableDictionary<int, InterfaceFailure>.Empty.Add(3, new("eth1", "no room", 4)),
        };
        Assert.Equal(
            (HttpStatusCode.OK, "cannot observe eth1: no room (4 attempts)"),
            await ReadyAsync(agent)
        );

        agent.Interfaces = ready;
        agent.Cluster = new(IsReady: false, ["pods: no route to the server"]);
        Assert.Equal(
            (HttpStatusCode.ServiceUnavailable, "pods: no route to the server"),
            await ReadyAsync(agent)
        );
        agent.Cluster = agent.Cluster with { IsReady = true };
        Assert.Equal((HttpStatusCode.OK, "pods: no route to the server"), await ReadyAsync(agent));

        agent.Agent.BeginStop();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await ReadyAsync(agent)).Status);
    }

    [Fact]
    public async Task It_is_healthy_as_long_as_it_answers()
    {
        await using var agent = await AgentUnderTest.StartAsync();
        Assert.Equal("ok\n", await agent.Client.GetStringAsync(new Uri("/healthz", UriKind.Relative)));
    }

    [Theory]
    [InlineData("GET", "/", HttpStatusCode.NotFound)]
    [InlineData("GET", "/metrics/", HttpStatusCode.NotFound)]
    [InlineData("POST", "/metrics", HttpStatusCode.MethodNotAllowed)]
    [InlineData("DELETE", "/api/v1/flows", HttpStatusCode.MethodNotAllowed)]
    public async Task What_does_not_exist_is_answered_as_json(
        string method,
        string path,
        HttpStatusCode expected
    )
    {
        await using var agent = await AgentUnderTest.StartAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var response = await agent.Client.SendAsync(request);

        Assert.Equal(expected, response.StatusCode);
        using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.NotEmpty(body.RootElement.GetProperty("error").GetString()!);
        Assert.Equal(
            expected == HttpStatusCode.MethodNotAllowed,
            response.Content.Headers.Allow.Contains("GET")
        );
    }

    [Fact]
    public async Task Headers_beyond_the_limit_are_refused()
    {
        await using var agent = await AgentUnderTest.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/healthz");
        request.Headers.TryAddWithoutValidation("X-Large", new string('x', 20_000));
        using var response = await agent.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.RequestHeaderFieldsTooLarge, response.StatusCode);
    }

    [Fact]
    public async Task A_port_in_use_is_told_as_such()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var error = await Assert.ThrowsAsync<StartException>(() =>
            AgentUnderTest.StartAsync(options => options.Api.Listen = (IPEndPoint)other.LocalEndpoint)
        );

        Assert.Equal($"cannot listen on {other.LocalEndpoint}: another program uses it", error.Message);
    }

    [Fact]
    public async Task An_address_that_is_not_this_hosts_is_told_as_such()
    {
        var error = await Assert.ThrowsAsync<StartException>(() =>
            AgentUnderTest.StartAsync(options => options.Api.Listen = IPEndPoint.Parse("192.0.2.1:9990"))
        );

        Assert.StartsWith("cannot listen on 192.0.2.1:9990: ", error.Message, StringComparison.Ordinal);
    }

    private static async Task<(HttpStatusCode Status, string? Reason)> ReadyAsync(AgentUnderTest agent)
    {
        using var response = await agent.Client.GetAsync(new Uri("/readyz", UriKind.Relative));
        using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.Equal(
            response.StatusCode == HttpStatusCode.OK,
            body.RootElement.GetProperty("ready").GetBoolean()
        );
        var reasons = body.RootElement.GetProperty("reasons");
        return (response.StatusCode, reasons.GetArrayLength() == 0 ? null : reasons[0].GetString());
    }
}
