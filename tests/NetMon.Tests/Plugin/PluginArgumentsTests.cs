using System.CommandLine;
using NetMon.Plugin;
using NetMon.Verbs;

namespace NetMon.Tests.Plugin;

public sealed class PluginArgumentsTests
{
    [Theory]
    [InlineData("flows -n shop", "flows --namespace shop")]
    [InlineData("-n shop flows --last 5", "flows --last 5 --namespace shop")]
    [InlineData("--namespace=shop flows dump", "flows dump --namespace shop")]
    [InlineData("-n shop status", "status")]
    [InlineData("flows -A", "flows")]
    [InlineData("--context lab --node=node-1 flows --node node-2", "flows")]
    [InlineData("stats --kubeconfig f --agent-namespace net", "stats")]
    [InlineData("--help", "--help")]
    public void What_is_about_the_cluster_is_taken_out(string given, string expected)
    {
        Take(given, out var rest, out var error);

        Assert.Equal((expected, ""), (string.Join(' ', rest), error));
    }

    [Fact]
    public void It_may_stand_anywhere()
    {
        var options = Take(
            "--context lab --node=node-1 flows --node node-2 --kubeconfig f --agent-namespace net --via proxy",
            out _,
            out _
        );

        Assert.Equal("lab", options.Context);
        Assert.Equal("f", options.Kubeconfig);
        Assert.Equal("net", options.AgentNamespace);
        Assert.Equal(["node-1", "node-2"], options.Nodes);
        Assert.True(options.ByProxy);
    }

    [Theory]
    [InlineData("flows --node", "--node needs a value")]
    [InlineData("flows --context=", "--context needs a value")]
    [InlineData("flows --via ssh", "--via: 'ssh' is not port-forward or proxy")]
    public void Mistakes_are_told(string given, string expected)
    {
        Take(given, out _, out var error);

        Assert.Equal(expected, error);
    }

    private static PluginOptions Take(string given, out string[] rest, out string error)
    {
        Command[] verbs = [FlowsVerb.Create(), StatusVerb.Create(), StatsVerb.Create()];
        return PluginArguments.Take(given.Split(' '), verbs, out rest, out error);
    }
}
