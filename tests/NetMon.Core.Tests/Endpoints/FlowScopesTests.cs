using NetMon.Core.Endpoints;
using NetMon.Core.Flows;

namespace NetMon.Core.Tests.Endpoints;

public sealed class FlowScopesTests
{
    [Theory]
    [InlineData(EndpointKind.Pod, EndpointKind.Pod, "pod-to-pod", "internal")]
    [InlineData(EndpointKind.Pod, EndpointKind.Node, "pod-to-node", "internal")]
    [InlineData(EndpointKind.Node, EndpointKind.Pod, "node-to-pod", "internal")]
    [InlineData(EndpointKind.Node, EndpointKind.Node, "node-to-node", "internal")]
    [InlineData(EndpointKind.Pod, EndpointKind.External, "pod-to-external", "external")]
    [InlineData(EndpointKind.External, EndpointKind.Pod, "external-to-pod", "external")]
    [InlineData(EndpointKind.Node, EndpointKind.External, "node-to-external", "external")]
    [InlineData(EndpointKind.External, EndpointKind.Node, "external-to-node", "external")]
    [InlineData(EndpointKind.External, EndpointKind.External, "external-to-external", "external")]
    [InlineData(EndpointKind.Pod, EndpointKind.Service, "pod-to-pod", "internal")]
    [InlineData(EndpointKind.External, EndpointKind.Service, "external-to-pod", "external")]
    public void The_kinds_of_both_ends_make_the_scope_and_swapping_them_reverses_it(
        EndpointKind source,
        EndpointKind destination,
        string word,
        string traffic
    )
    {
        var scope = FlowScopes.Of(source, destination, FlowClass.Direct);

        Assert.Equal(word, scope.Word());
        Assert.Equal(FlowScopes.Of(destination, source, FlowClass.Direct), FlowScopes.Reverse(scope));
        Assert.Equal(scope, FlowScopes.Reverse(FlowScopes.Reverse(scope)));
        Assert.Equal(traffic == "external", FlowScopes.IsExternal(scope));
        Assert.Equal(traffic == "external", FlowScopes.IsExternal(FlowScopes.Reverse(scope)));
    }

    [Fact]
    public void Encapsulated_traffic_is_overlay_whatever_its_ends_are()
    {
        var scope = FlowScopes.Of(EndpointKind.Node, EndpointKind.External, FlowClass.Overlay);

        Assert.Equal(FlowScope.Overlay, scope);
        Assert.Equal(FlowScope.Overlay, FlowScopes.Reverse(scope));
        Assert.False(FlowScopes.IsExternal(scope));
    }

    [Fact]
    public void Whether_both_ends_are_on_one_node_and_in_one_zone_is_known_only_where_both_are()
    {
        var here = Endpoint.OfNode("n1", "west");
        var there = Endpoint.OfNode("n2", "west");
        var nowhere = Endpoint.OfNode("n3");

        Assert.True(FlowScopes.AreOnSameNode(here, here));
        Assert.False(FlowScopes.AreOnSameNode(here, there));
        Assert.Null(FlowScopes.AreOnSameNode(here, Endpoint.External));
        Assert.True(FlowScopes.AreInSameZone(here, there));
        Assert.Null(FlowScopes.AreInSameZone(here, nowhere));
        Assert.Null(FlowScopes.AreInSameZone(null, here));
    }
}
