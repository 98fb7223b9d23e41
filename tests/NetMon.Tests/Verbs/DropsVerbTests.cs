using Microsoft.AspNetCore.Http;
using NetMon.Tests.Terminal;
using NetMon.Verbs;

namespace NetMon.Tests.Verbs;

/// <summary><c>netmon drops</c> against an agent's API over real HTTP.</summary>
public sealed class DropsVerbTests : FlowsVerbHarness
{
    private const string Drop = """
        {"time":"2025-11-21T08:48:15.310273Z","first":"2025-11-21T08:48:15.310273Z","reason":"NETFILTER_DROP","class":"policy","packets":2,"bytes":120,"protocol":"tcp","direction":"egress","path":"receive","source":{"ip":"10.1.0.2","port":60052,"namespace":"shop","workload":"web","kind":"Deployment"},"destination":{"ip":"10.1.0.3","port":5555,"namespace":"shop","workload":"db","kind":"StatefulSet"},"interface":{"index":11,"name":"veth1"},"netns":4026531840,"host":true,"location":"nft_do_chain+0x3e8","flow":"1ca2960bd3d0149c","hint":"a netfilter rule dropped it"}
        """;

    private static readonly string List =
        $$"""{"time":"2025-11-21T08:48:16Z","total":1,"drops":[{{Drop}}]}""";

    [Fact]
    public async Task A_list_says_what_why_and_whose()
    {
        Agent.List = context => context.Response.WriteAsync(List);
        Assert.Equal(0, await RunDropsAsync());
        foreach (
            var text in (string[])
                [
                    "NETFILTER_DROP",
                    "120B",
                    "shop/web",
                    "shop/db:5555",
                    "veth1",
                    "nft_do_chain+0x3e8",
                    "a netfilter rule dropped it",
                ]
        )
        {
            Assert.Contains(text, Output.Text, StringComparison.Ordinal);
        }

        Assert.Empty(Output.Errors);
    }

    [Fact]
    public async Task Json_is_the_agents_own()
    {
        Agent.List = context => context.Response.WriteAsync(List);
        Assert.Equal(0, await RunDropsAsync("-o", "json"));
        Assert.Equal(List + "\n", Output.Text);
    }

    [Fact]
    public async Task What_is_asked_for_goes_to_the_agent()
    {
        Agent.List = context =>
            context.Response.WriteAsync("""{"time":"2025-11-21T08:48:16Z","total":0,"drops":[]}""");
        await RunDropsAsync("-n", "shop", "--reason", "NO_SOCKET", "--reason", "QDISC_DROP", "--last", "5");
        Assert.Equal(
            "/api/v1/drops?follow=false&namespace=shop&reason=NO_SOCKET&reason=QDISC_DROP&last=5",
            Assert.Single(Agent.Requests)
        );
        Assert.Contains("no drop matches", Output.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--reason", "no such")]
    [InlineData("--last", "0")]
    [InlineData("--state", "closed")]
    public async Task Nonsense_is_refused_before_a_request(string option, string value)
    {
        Assert.NotEqual(0, await RunDropsAsync(option, value));
        Assert.Empty(Agent.Requests);
    }

    private Task<int> RunDropsAsync(params string[] arguments) =>
        DropsVerb
            .Create(() => Output.Target)
            .Parse([.. arguments, "--server", Agent.Address.ToString()])
            .InvokeAsync();
}
