using System.Text.Json;
using Microsoft.AspNetCore.Http;
using NetMon.Tests.Terminal;
using NetMon.Verbs;

namespace NetMon.Tests.Verbs;

public sealed class FlowsDumpTests : FlowsVerbHarness
{
    [Fact]
    public async Task Each_flow_is_a_line_of_the_agents_own_json()
    {
        var list = FlowText.List(
            FlowText.Tcp("10.0.0.1", 40001, "10.0.0.2", 443, sent: 12, received: 34),
            FlowText.Tcp("10.0.0.1", 40002, "10.0.0.2", 443, sent: 1, received: 2)
        );
        Agent.List = context => context.Response.WriteAsync(list);

        Assert.Equal(ExitCode.Ok, await RunAsync("dump"));

        using var document = JsonDocument.Parse(list);
        var flows = document.RootElement.GetProperty("flows").EnumerateArray().ToArray();
        var lines = Output.Text.TrimEnd('\n').Split('\n');
        Assert.NotEmpty(flows);
        Assert.Equal(flows.Select(flow => flow.GetRawText()), lines);
    }

    [Theory]
    [InlineData("-n", "shop", "dump")]
    [InlineData("dump", "-n", "shop")]
    public async Task Filters_may_stand_on_either_side(params string[] arguments)
    {
        Assert.Equal(ExitCode.Ok, await RunAsync(arguments));

        Assert.Equal("/api/v1/flows?namespace=shop", Assert.Single(Agent.Requests));
    }

    [Fact]
    public async Task Yaml_is_one_document()
    {
        var flow = FlowText.Tcp("10.0.0.1", 40001, "10.0.0.2", 443);
        Agent.List = context => context.Response.WriteAsync(FlowText.List(flow));

        Assert.Equal(ExitCode.Ok, await RunAsync("dump", "-o", "yaml"));

        Assert.StartsWith("time: ", Output.Text, StringComparison.Ordinal);
        Assert.Contains("\nflows:\n- id: ", Output.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_in_yaml_has_a_document_for_each_record()
    {
        using var stop = new CancellationTokenSource();
        Agent.Follow = async context =>
        {
            await context.SendAsync("{\"lost\":1}\n{\"lost\":2}\n");
            await context.StayAsync();
        };

        var following = RunAsync(stop.Token, "--follow", "-o", "yaml");
        await Output.WaitForAsync(output => output.Text.EndsWith("lost: 2\n", StringComparison.Ordinal));
        await stop.CancelAsync();
        await following;

        Assert.Equal("---\nlost: 1\n---\nlost: 2\n", Output.Text);
    }
}
